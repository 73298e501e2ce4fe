/**
 * A value some of whose fields are worked out when they are first read: simulations that nobody looks at are never run. What is read stays,
 * so that the value is plain data to everybody who has it; only a copy of it by `...` reads all fields.
 */
export function onDemand<Plain extends object, Later extends object>(
  plain: Plain,
  work: { readonly [Key in keyof Later]: () => Later[Key] },
): Plain & Later {
  const value = { ...plain };
  for (const key of Object.keys(work) as (keyof Later)[]) {
    // A copy that `withFields` made before asks this one.
    let found: { readonly value: unknown } | undefined;
    Object.defineProperty(value, key, {
      enumerable: true,
      configurable: true,
      get() {
        if (!found) {
          found = { value: work[key]() };
          Object.defineProperty(value, key, { enumerable: true, value: found.value });
        }
        return found.value;
      },
    });
  }
  return value as Plain & Later;
}

/** The same value with some fields that are others; what was not worked out before still is not. */
export function withFields<Value extends object>(value: Value, fields: Partial<Value>): Value {
  return Object.defineProperties({}, { ...Object.getOwnPropertyDescriptors(value), ...Object.getOwnPropertyDescriptors(fields) }) as Value;
}
