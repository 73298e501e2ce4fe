import { libraryObject } from "./classes.js";
import type { Machine } from "./machine.js";
import { type Call, Imported, Instance, List, Native, Opaque, type Py, unclear } from "./values.js";

/** What a program that is started without arguments knows of itself and of the machine. */
export function programMember(machine: Machine, qualified: string): Py | undefined {
  const native = (call: Call): Py => new Native(qualified, call);
  switch (qualified) {
    case "sys.argv":
      return new List(["main.py"]);
    case "sys.maxsize":
      return 9223372036854775807n;
    case "sys.exit":
      return native(() => machine.fail("SystemExit", ""));
    case "sys.setrecursionlimit":
    case "sys.setswitchinterval":
    case "gc.collect":
    case "gc.disable":
    case "gc.enable":
    case "gc.freeze":
      return native(() => null);
    case "os.cpu_count":
    case "os.process_cpu_count":
      return native(() => machine.cores);
    case "os.sched_getaffinity":
      return native(() => new List(Array.from({ length: machine.cores }, (_, index) => index)));
    case "os.getenv":
    case "os.environ.get":
      // What nobody has set, as a rule; what every process has is not told.
      return native(([name = null, usual = null]) => (everywhere.test(String(name)) ? new Opaque() : usual));
    case "argparse.ArgumentParser":
      return native(() => argumentParser(machine, new Instance(libraryObject("Namespace", {}).class_)));
    case "enum.auto":
      return native(() => new Imported("enum.auto()"));
    case "enum.unique":
      return native(([value = null]) => value);
    default:
      return undefined;
  }
}

const everywhere = /^(HOME|PATH|USER|USERNAME|LOGNAME|SHELL|PWD|LANG|LC_ALL|TMPDIR|TEMP|TMP|TERM|HOSTNAME|EDITOR)$/;

/** What `parse_args` makes where nothing is given. */
function argumentParser(machine: Machine, namespace: Instance): Py {
  const isNeeded = new Set<string>();
  const add: Call = (names, named) => {
    const given = names.map(String);
    const long = given.find((each) => each.startsWith("--")) ?? given[0] ?? "";
    const isPositional = !long.startsWith("-");
    const own = named.get("dest");
    const name = typeof own === "string" ? own : long.replace(/^-+/, "").replaceAll("-", "_");
    const action = named.get("action");
    const implied = action === "store_true" ? false : action === "store_false" ? true : action === "count" ? null : null;
    const written = named.get("default") ?? implied;
    const type = named.get("type") ?? null;
    const many = named.get("nargs") ?? null;
    if ((isPositional && many !== "?" && many !== "*") || named.get("required") === true) isNeeded.add(name);
    if (action === "version" || namespace.attributes.has(name)) return new Opaque();
    const value = typeof written === "string" && type !== null ? machine.call(type, [written]) : written;
    namespace.attributes.set(name, isPositional && many === "*" && value === null ? new List([]) : value);
    return new Opaque();
  };
  const parse: Call = ([list]) => {
    if (list instanceof List && list.items.length > 0) return unclear("arguments that are written out");
    if (isNeeded.size > 0) return unclear("arguments that have to be given");
    return namespace;
  };
  const group: Call = () => argumentParser(machine, namespace);
  return libraryObject("ArgumentParser", {
    add_argument: add,
    add_argument_group: group,
    add_mutually_exclusive_group: group,
    add_subparsers: () => unclear("commands of a program"),
    set_defaults: (_given, named) => {
      for (const [name, value] of named) namespace.attributes.set(name, value);
      return null;
    },
    parse_args: parse,
    parse_known_args: (given, named) => new List([parse(given, named), new List([])]),
    print_help: () => null,
    error: () => machine.fail("SystemExit", ""),
  });
}
