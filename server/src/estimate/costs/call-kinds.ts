import type { CallKind } from "../../knowledge/entry.js";

/** Functions of the standard library that do not take long (`test/measure/short_calls.py`: 10 to 250 ns for those without an entry). */
export const briefCalls =
  /^(threading|collections|dataclasses|typing|types|functools|enum|abc|sys|operator|itertools|array|datetime|decimal|fractions|calendar|zoneinfo|struct|csv|uuid|unicodedata|contextlib|keyword|weakref|stat)\.|^inspect\.is|^os\.fs(path|encode|decode)$|^io\.\w+\.(tell|seek)$/;

/** Calls that knowledge gives no cost for because there is next to none. */
export const lightCalls =
  /^(builtins\.(?!eval|exec)|itertools|functools|operator|multiprocessing|threading|concurrent|asyncio|contextlib|signal|ctypes|random)\b/;

/** Nobody but the program itself is at the other end. */
export const answersFromOwn = /^socket\.socketpair\.recv/;

/** Calls that wait rather than compute. */
export const waitingKinds: ReadonlySet<CallKind> = new Set(["io-wait", "sleep", "sync-wait", "process-wait"]);
