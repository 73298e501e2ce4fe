import type { Statement } from "../../syntax/nodes.js";
import type { ImportFact } from "../facts.js";
import type { ImportValue } from "../operation.js";

/** What one name of an import statement brings into the file, and what the name is bound to; undefined for `*`, which binds what is not seen here. */
interface Imported {
  readonly fact: ImportFact;
  readonly value: ImportValue | undefined;
}

/** What an import statement in that function brings in, name by name. */
export function importsBy(statement: Extract<Statement, { kind: "import" | "import-from" }>, within: number): readonly Imported[] {
  const { start, end } = statement;
  const place = { function: within, statement: { start, end } };
  if (statement.kind === "import")
    return statement.names.map((name): Imported => {
      const bound = name.alias ?? (name.name.split(".")[0] as string);
      // `import a.b` binds `a`; `import a.b as c` binds `a.b`.
      const module = name.alias ? name.name : bound;
      return {
        fact: { level: 0, module: name.name, name: undefined, bound, ...place, start: name.start, end: name.end },
        value: { op: "import", level: 0, module, name: undefined, start: name.start, end: name.end },
      };
    });
  const { level, module } = statement;
  return statement.names.map((name): Imported => {
    const bound = name.alias ?? name.name;
    return {
      fact: { level, module, name: name.name, bound, ...place, start: name.start, end: name.end },
      value: name.name === "*" ? undefined : { op: "import", level, module, name: name.name, start: name.start, end: name.end },
    };
  });
}
