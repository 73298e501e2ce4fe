import type { CallOperation } from "../program/operation.js";

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
  ].flatMap(([type, names]) => (names as string).split(" ").map((name): [string, string] => [name, `${type}.${name}`])),
);

/** The method that is called, if among what people call only a built-in type has one of that name. */
export function builtInMethod({ callee }: CallOperation): string | undefined {
  return callee.op === "read" && callee.place.kind === "attribute" ? builtInMethods.get(callee.place.name) : undefined;
}
