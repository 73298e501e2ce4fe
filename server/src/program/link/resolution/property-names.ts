import type { LinkedFile } from "../entity.js";
import type { NewPart, Part } from "../memory/part-set.js";

/** The names under which some class of the program has a decorated method: few of the attributes that are read. */
export function propertyNames(files: readonly LinkedFile[]): ReadonlySet<string> {
  return new Set(files.flatMap((file) => [...propertyNamesIn(file)]));
}

function propertyNamesIn(file: LinkedFile): ReadonlySet<string> {
  return file.derive("properties", () => {
    const names = new Set<string>();
    for (const node of file.classes) {
      const body = file.functionAt(node.facts.body);
      if (!body?.head.holds.has("decorated definition")) continue;
      for (const [name, values] of body.facts.bindings) {
        if (values.some((value) => value.op === "choice" && value.by === "decorator")) names.add(name);
      }
    }
    return names;
  });
}

/**
 * A set of names that follows from the whole program. Who asks whether a name is in it depends on that name alone, so that an edit which takes one out
 * and puts another in leaves all others as they are.
 */
export class TrackedNames {
  private names: ReadonlySet<string> = new Set();
  /** Stand for the names that are in the set, or were. */
  private readonly parts = new Map<string, Part>();
  /** What was asked for and was never in it; one part stands for all of them. */
  private readonly others = new Set<string>();
  private readonly otherPart: Part;

  /** `read` is told of what is asked for, `changed` of what would be answered otherwise now. */
  constructor(
    private readonly read: (part: Part) => void,
    private readonly changed: (part: Part) => void,
    private readonly newPart: NewPart,
  ) {
    this.otherPart = { part: newPart() };
  }

  /** Whether a name is in the set as it is now, for a program that outlives its state. */
  present(): (name: string) => boolean {
    const { names } = this;
    return (name) => {
      const part = this.parts.get(name);
      if (!part) this.others.add(name);
      this.read(part ?? this.otherPart);
      return names.has(name);
    };
  }

  update(names: ReadonlySet<string>): void {
    if (names === this.names) return;
    const before = this.names;
    this.names = names;
    for (const name of new Set([...before, ...names])) {
      if (before.has(name) === names.has(name)) continue;
      const part = this.parts.get(name);
      if (part) this.changed(part);
      else {
        this.parts.set(name, { part: this.newPart() });
        if (this.others.delete(name)) this.changed(this.otherPart);
      }
    }
  }
}
