import { append } from "../../../base/append.js";
import { contains } from "../../../base/range.js";
import type { Operation, Place, Value } from "../../operation.js";
import { partOfActivity } from "../activity/activity.js";
import type { Access, Poll } from "../activity/moments.js";
import { concurrency } from "../activity/parallel.js";
import type { ClassNode, Entity, FunctionNode, LinkedFile } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { overviewOf, overviewOfFiles } from "../memory/overviews.js";
import { addingMethods, takesFrom } from "../state/compound.js";
import { samePlace } from "../state/updates.js";
import type { ThreadRoot } from "../threads/roots.js";
import { walkOperations } from "../walk.js";
import { type IdleLoop, idleLoops } from "./idle-loops.js";
import { awaitedAnswer, type Look } from "./looks.js";

/** A loop that looks again and again at what somebody else changes, where it could wait to be woken. */
export interface PolledLoop extends IdleLoop {
  /** The look that says most about what is waited for. */
  readonly look: Look;
  /** Where the others change it, as far as that is in view. */
  readonly change: Change | undefined;
  readonly confidence: "likely" | "possible";
}

export interface Change {
  readonly function: FunctionNode;
  readonly range: { readonly start: number; readonly end: number };
  /** The thread that makes the change, if it is known. */
  readonly root: ThreadRoot | undefined;
}

/**
 * Every polling loop of the program that is known to wait for somebody else, in order of file and offset. Nothing on its way round changes what it
 * looks at, so somebody else must; but it speaks only where threads, or tasks, are in view.
 */
export function polledLoops(program: Program): readonly PolledLoop[] {
  return overviewOf(program, "polled loops", (now) => {
    const search = new Search(now);
    return overviewOfFiles(now, "idle loops", (file, { resolver }) => idleLoops(file, resolver)).flatMap((idle) => {
      const found = search.judge(idle);
      return found ? [found] : [];
    });
  });
}

/** What a loop's test looks at first is what it is for; what comes after are reasons to give up: `while self.value is None and not self.failed`. */
function inOrderOfHeader(looks: readonly Look[], { loop }: IdleLoop): readonly Look[] {
  const isTested = (look: Look): boolean => contains(loop.header, look);
  const tested = looks.filter(isTested).sort((a, b) => a.start - b.start);
  return looks.map((look) => (isTested(look) ? (tested.shift() ?? look) : look));
}

/** Whether it is looked at in the loop's body only, whether somebody is still there who could act. */
function isReasonToGiveUp(look: Look, { loop }: IdleLoop): boolean {
  return (look.at === "thread" || look.at === "process") && !contains(loop.header, look) && awaitedAnswer(look, loop) !== "unknown";
}

/** `self.thread and self.thread.is_alive()`: it looks whether there is what it waits for. */
function isWhetherThere({ at, value }: Look, looks: readonly Look[]): boolean {
  if (at !== "state" || value.op !== "read") return false;
  const { place } = value;
  return looks.some((other) => other.at !== "state" && other.value.op === "read" && samePlace(other.value.place, place));
}

function isWaitedFor(event: Look, { loop }: IdleLoop): boolean {
  return contains(loop.header, event) && awaitedAnswer(event, loop) === "yes";
}

/** Who changes what is looked at, and how sure that is. */
type Evidence = Pick<PolledLoop, "change" | "confidence">;

class Search {
  private readonly polls = new Map<IdleLoop, Poll[]>();
  private readonly changes = new Map<string, Access[]>();
  private readonly threaded: ReadonlySet<FunctionNode>;
  private readonly signalHandlers: ReadonlySet<FunctionNode>;
  /** What threads, tasks and callbacks begin with. */
  private readonly targets: ReadonlySet<FunctionNode>;

  constructor(private readonly program: Program) {
    const polls = partOfActivity(program, "polls");
    const changesForPolls = partOfActivity(program, "changesForPolls");
    const threaded = partOfActivity(program, "threaded");
    for (const poll of polls) append(this.polls, poll.idle, poll);
    for (const change of changesForPolls) append(this.changes, change.location, change);
    this.threaded = threaded;
    this.targets = new Set(program.spawns.flatMap(({ targets }) => targets.map((target) => target.function)));
    this.signalHandlers = new Set(
      program.spawns.filter(({ worker }) => worker === "signal-handler").flatMap(({ targets }) => targets.map((target) => target.function)),
    );
  }

  /**
   * A look at what threads are seen to change says more than one at what some code changes. An event is most likely the one that tells the
   * loop to stop, and not what it waits for, unless there is nothing else.
   */
  judge(idle: IdleLoop): PolledLoop | undefined {
    if (this.takesFromSeveral(idle)) return undefined;
    const events = idle.looks.filter(({ at }) => at === "event");
    const others = inOrderOfHeader(
      idle.looks.filter((look) => look.at !== "event" && !isWhetherThere(look, idle.looks)),
      idle,
    );
    const ways: readonly (readonly [readonly Look[], (look: Look) => Evidence | undefined])[] = [
      [others, (look) => (look.at === "state" ? this.seenChange(look, idle) : this.evidenceOfObject(look, idle))],
      [others, (look) => (look.at === "state" ? this.writtenChange(look, idle) : undefined)],
      [events, (look) => this.evidenceOfObject(look, idle)],
    ];
    for (const [looks, ask] of ways) {
      for (const look of looks) {
        const evidence = look.at === "state" && this.isMovedOn(look, idle) ? undefined : ask(look);
        if (!evidence) continue;
        // `while not ready.is_set(): if not worker.is_alive(): raise` waits for the event; who joined the worker would wait for its end.
        const event = isReasonToGiveUp(look, idle) ? events.find((each) => isWaitedFor(each, idle)) : undefined;
        return { ...idle, ...evidence, look: event ?? look };
      }
    }
    return undefined;
  }

  /** Whether its rounds take what there is from more than one queue: who waits at one of them misses what comes into the others. */
  private takesFromSeveral({ loop, function: node }: IdleLoop): boolean {
    const { resolver, knowledge } = this.program;
    const queues: Place[] = [];
    walkOperations(loop.body, (operation) => {
      const object = operation.op === "call" && /^get(_nowait)?$/.test(lastNameOf(operation.callee)) ? receiverOf(operation) : undefined;
      if (object?.op !== "read" || queues.some((place) => samePlace(place, object.place))) return;
      const isQueue = (entity: Entity): boolean => entity.kind === "object" && knowledge.type(entity.type)?.is.role === "queue";
      if (resolver.resolve(object, node).some(isQueue)) queues.push(object.place);
    });
    return queues.length > 1;
  }

  /** An object that is made for waiting says itself that somebody else acts. */
  private evidenceOfObject(look: Look, { function: node }: IdleLoop): Evidence | undefined {
    // Tasks cannot act while a function that is none keeps the loop.
    if (look.scope === "tasks" && !node.head.isAsync) return undefined;
    return { change: undefined, confidence: "likely" };
  }

  private seenChange(look: Look, idle: IdleLoop): Evidence | undefined {
    for (const poll of this.polls.get(idle) ?? []) {
      for (const { look: which, access } of poll.looks) {
        if (which !== look) continue;
        const found = this.changesAt(access.location).find((change) => concurrency(access, change) !== undefined);
        if (found) return { change: changeOf(found), confidence: "likely" };
      }
    }
    return undefined;
  }

  private writtenChange(look: Look, idle: IdleLoop): Evidence | undefined {
    const polls = this.polls.get(idle) ?? [];
    const writers = this.writers(look, idle);
    if (writers.length === 0) return undefined;
    if (idle.function.head.isAsync) {
      const task = writers.find((writer) => this.isTask(writer.function));
      return task && { change: task, confidence: "possible" };
    }
    const thread = writers.find((writer) => this.threaded.has(writer.function));
    if (thread && polls.length === 0) return { change: thread, confidence: "likely" };
    const isInThread = polls.some(({ root }) => root.kind !== "promised" && root.kind !== "caller");
    const [first] = writers;
    if (isInThread) return { change: first, confidence: "likely" };
    return polls.length > 0 || thread ? { change: thread ?? first, confidence: "possible" } : undefined;
  }

  private changesAt(location: string): readonly Access[] {
    return [...(this.changes.get(location) ?? []), ...(this.changes.get(`${location}[]`) ?? [])];
  }

  /** Whether an event loop runs the function, itself or through the one that calls it. */
  private isTask(node: FunctionNode): boolean {
    return node.head.isAsync || this.program.resolver.callersOf(node).some(({ within }) => within.head.isAsync);
  }

  /** The code besides the loop's own function, and what sets the state up, that changes what is looked at. */
  private writers(look: Look, idle: IdleLoop): readonly Change[] {
    const { function: waiting } = idle;
    const isOther = (node: FunctionNode): boolean =>
      node !== waiting && node !== look.in && !isSetUp(node) && !this.isOfSameThread(node, idle);
    return this.storesTo(look, isOther).map(({ function: node, operation: { start, end } }) => ({
      function: node,
      range: { start, end },
      root: undefined,
    }));
  }

  /** Whether what the loop calls gives the state the value that the look is for: a step of a conversation, not a wait for somebody else. */
  private isMovedOn(look: Look, idle: IdleLoop): boolean {
    const { function: waiting, loop } = idle;
    const wanted = (look.asked === "plainly") !== contains(loop.header, look);
    const isStep = (node: FunctionNode): boolean => node !== waiting && !isSetUp(node) && this.isCalledBy(node, idle, new Set([node]));
    return this.storesTo(look, isStep).some(({ operation }) => {
      if (operation.op !== "write" || operation.place.kind === "element") return false;
      const { value } = operation;
      return value?.op !== "constant" || (value.type !== "none" && value.value !== 0 && value.value !== "") === wanted;
    });
  }

  /** What changes the place that is looked at, in those of the functions that could which are asked about. */
  private storesTo(
    { value, in: within }: Look,
    isAsked: (node: FunctionNode) => boolean,
  ): readonly { readonly function: FunctionNode; readonly operation: Operation }[] {
    if (value.op !== "read" || value.place.kind === "element") return [];
    const owners = this.ownersOf(value.place, within);
    if (!owners) return [];
    const found: { readonly function: FunctionNode; readonly operation: Operation }[] = [];
    const { place } = value;
    for (const node of owners.functions) {
      if (this.signalHandlers.has(node) || !isAsked(node)) continue;
      walkOperations(node.facts.body, (operation) => {
        const target =
          operation.op === "write" ? changedPlace(operation.place) : operation.op === "call" ? changedBy(operation) : undefined;
        if (target && operation.op !== "loop" && this.isSame(target, place, node, owners.classes))
          found.push({ function: node, operation });
      });
    }
    return found;
  }

  /** Whether nobody but the loop, or its request's thread before and after it, is seen to run the function. */
  private isOfSameThread(node: FunctionNode, idle: IdleLoop): boolean {
    return this.isCalledBy(node, idle, new Set([node])) || this.isOfSameRequest(node, idle.function);
  }

  /** Whether all calls of the function stand in the loop, or in what only that calls. */
  private isCalledBy(node: FunctionNode, idle: IdleLoop, seen: Set<FunctionNode>): boolean {
    if (this.targets.has(node) || seen.size > maximumCallers) return false;
    const callers = this.program.resolver.callersOf(node);
    return (
      callers.length > 0 &&
      callers.every(({ call, within }) =>
        within === idle.function ? contains(idle.loop, call) : seen.has(within) || this.isCalledBy(within, idle, seen.add(within)),
      )
    );
  }

  /** A server makes a handler for each request, and calls its methods one after the other. */
  private isOfSameRequest(node: FunctionNode, waiting: FunctionNode): boolean {
    const { resolver, knowledge } = this.program;
    const owner = resolver.enclosingClass(waiting);
    if (!owner || node.head.class === undefined || resolver.enclosingClass(node) === undefined) return false;
    const { classes, externals } = resolver.classOrder(owner);
    if (!classes.some((each) => each === resolver.enclosingClass(node))) return false;
    return externals.some((base) => {
      const role = knowledge.type(base)?.is;
      return role?.role === "handler" && role.worker === "thread" && role.methods !== "public" && role.methods.includes(node.head.name);
    });
  }

  /** Whose code can change the place: the module's, the class's. */
  private ownersOf(
    place: Place,
    within: FunctionNode,
  ): { readonly functions: readonly FunctionNode[]; readonly classes: readonly ClassNode[] } | undefined {
    if (place.kind === "name") return place.owner < 0 ? undefined : { functions: within.file.functions, classes: [] };
    if (place.kind !== "attribute") return undefined;
    const classes: ClassNode[] = [];
    for (const entity of this.program.resolver.resolve(place.object, within)) {
      if (entity.kind === "instance" || entity.kind === "class") classes.push(...this.program.resolver.classOrder(entity.class).classes);
    }
    const files = new Set<LinkedFile>([within.file, ...classes.map(({ file }) => file)]);
    if (classes.length === 0) return undefined;
    const elsewhere = this.program.files.flatMap((file) =>
      files.has(file) ? [] : file.stores(place.name).flatMap((site) => file.functionAt(site.function) ?? []),
    );
    return { functions: [...new Set([...[...files].flatMap((file) => file.functions), ...elsewhere])], classes };
  }

  private isSame(target: Place, place: Place, node: FunctionNode, classes: readonly ClassNode[]): boolean {
    if (target.kind === "name") return place.kind === "name" && target.name === place.name && target.owner === place.owner;
    if (target.kind !== "attribute" || place.kind !== "attribute" || target.name !== place.name) return false;
    const entities = this.program.resolver.resolve(target.object, node);
    // An object of which nothing is known is one of these if only they have the attribute.
    if (entities.length === 0)
      return this.program.files.every((file) =>
        file.classes.every((each) => classes.includes(each) || !each.facts.instanceAttributes.has(target.name)),
      );
    return entities.some((entity) => {
      if (entity.kind !== "instance" && entity.kind !== "class") return false;
      return (
        classes.includes(entity.class) || this.program.resolver.classOrder(entity.class).classes.some((each) => classes.includes(each))
      );
    });
  }
}

const maximumCallers = 12;

/** The variable or attribute that a store changes, itself or what it holds. */
function changedPlace(place: Place): Place | undefined {
  if (place.kind !== "element") return place;
  return place.object.op === "read" ? changedPlace(place.object.place) : undefined;
}

/** The container that a call adds to or takes from. */
function changedBy(call: Extract<Value, { op: "call" }>): Place | undefined {
  const object = receiverOf(call);
  const { callee } = call;
  const isAdding = callee.op === "read" && callee.place.kind === "attribute" && addingMethods.has(callee.place.name);
  return (isAdding || takesFrom(call)) && object?.op === "read" ? object.place : undefined;
}

/** Nobody waits for what is set before there is anybody to wait. */
function isSetUp({ facts }: FunctionNode): boolean {
  return facts.kind === "module" || facts.kind === "class-body" || /^(__init__|__new__|__post_init__|__setstate__)$/.test(facts.name);
}

function changeOf(access: Access): Change {
  return { function: access.function, range: access.statement, root: access.root };
}
