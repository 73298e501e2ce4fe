import type { CallOperation } from "../../program/operation.js";

/** Methods that, among what people call, only built-in types and some of the standard library have. */
const builtInMethods: ReadonlyMap<string, string> = new Map(
  [
    ["builtins.list", "append extend insert sort reverse"],
    ["builtins.dict", "items keys values setdefault popitem"],
    [
      "builtins.str",
      "split rsplit splitlines strip lstrip rstrip lower upper startswith endswith replace join format isdigit isalpha title partition encode zfill casefold isupper islower isspace isalnum isnumeric find rfind swapcase capitalize ljust rjust center removeprefix removesuffix rpartition",
    ],
    ["builtins.bytes", "decode hex"],
    ["builtins.set", "add discard union intersection difference issubset"],
    ["builtins.int", "bit_length to_bytes"],
    // Whoever else has these took them over from there.
    ["datetime.datetime", "isoformat isocalendar isoweekday weekday strftime toordinal"],
    ["datetime.timedelta", "total_seconds"],
    ["decimal.Decimal", "quantize"],
    ["re.Match", "groups groupdict"],
    ["csv.writer", "writerow writerows"],
    ["collections.namedtuple", "_replace _asdict _make"],
  ].flatMap(([type, names]) => (names as string).split(" ").map((name): [string, string] => [name, `${type}.${name}`])),
);

/** The method that is called, if among what people call only a built-in type has one of that name. */
export function builtInMethod({ callee }: CallOperation): string | undefined {
  return callee.op === "read" && callee.place.kind === "attribute" ? builtInMethods.get(callee.place.name) : undefined;
}

/** The methods of built-in types (`dir` of each, CPython 3.8 to 3.15). */
const methodsOfTypes: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    str: "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill",
    list: "append clear copy count extend index insert pop remove reverse sort",
    dict: "clear copy fromkeys get items keys pop popitem setdefault update values",
    set: "add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset issuperset pop remove symmetric_difference symmetric_difference_update union update",
    tuple: "count index",
    int: "as_integer_ratio bit_count bit_length conjugate from_bytes is_integer to_bytes",
    float: "as_integer_ratio conjugate fromhex hex is_integer",
  }).map(([type, names]) => [type, new Set(names.split(" "))]),
);

/**
 * Whether it is a method that a built-in type does not have, `builtins.str.start_server`, or one of what it does not have: what it is called of is something else that the same variable
 * holds, as the client is that `client = connect(client)` makes of a name.
 */
export function isMissingMethod(name: string): boolean {
  const [, type, method] = /^builtins\.(\w+)\.([a-zA-Z]\w*)/.exec(name) ?? [];
  if (type === undefined || method === undefined) return false;
  return methodsOfTypes.get(type)?.has(method) === false;
}
