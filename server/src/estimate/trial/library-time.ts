import { asFloat, asIndex } from "./arithmetic.js";
import type { Machine } from "./machine.js";
import { type Call, ClassValue, Float, Instance, type NamedArguments, Native, Opaque, type Py, Tuple, unclear } from "./values.js";

/** What `time` and `datetime` hold. Which time it is cannot be told; what is reckoned with times that are written out can. */
export function timeMember(machine: Machine, qualified: string): Py | undefined {
  const native = (call: Call): Py => new Native(qualified, call);
  if (/^time\.(time|perf_counter|monotonic|process_time|thread_time)(_ns)?$/.test(qualified)) return native(() => new Opaque());
  if (qualified === "time.sleep")
    return native(([seconds = null]) => {
      machine.sleep(seconds);
      return null;
    });
  const name = /^datetime\.(datetime|date|time|timedelta|timezone)$/.exec(qualified)?.[1];
  if (name === "timezone") return new Opaque();
  let classes = known.get(machine);
  if (!classes) {
    classes = calendar(machine);
    known.set(machine, classes);
  }
  return name ? classes.get(name) : undefined;
}

const known = new WeakMap<Machine, ReadonlyMap<string, ClassValue>>();

/** Under which name an object keeps its time, µs: since 1970 began, or how long. */
const micros = "\u0000us";
const perSecond = 1e6;
const perDay = 86_400 * perSecond;

const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const months = "January February March April May June July August September October November December".split(" ");

function calendar(machine: Machine): ReadonlyMap<string, ClassValue> {
  const classOf = (name: string, bases: readonly ClassValue[] = []): ClassValue => {
    const made = new ClassValue(name, bases, new Map());
    made.fields = [{ name: micros, default: undefined, isMade: false, isCompared: true }];
    made.comparesFields = made.ordersFields = true;
    return made;
  };
  const [duration, date, clock] = [classOf("timedelta"), classOf("date"), classOf("time")];
  const moment = classOf("datetime", [date]);
  const timeOf = (object: Py | undefined): number => {
    const found = object instanceof Instance ? object.attributes.get(micros) : undefined;
    return typeof found === "number" ? found : unclear("a time of which nothing is known");
  };
  const checked = (us: number): number => (Number.isSafeInteger(us) ? us : unclear("a time far away"));
  const set = (object: Instance, us: number): Instance => {
    const { attributes } = object;
    attributes.set(micros, checked(us));
    if (object.class_ === duration) {
      const whole = Math.floor(us / perDay);
      attributes.set("days", whole);
      attributes.set("seconds", Math.floor((us - whole * perDay) / perSecond));
      attributes.set("microseconds", ((us % perSecond) + perSecond) % perSecond);
      return object;
    }
    const day = Math.floor(us / perDay);
    if (object.class_ !== clock) {
      const [year, month, ofMonth] = dateOf(day);
      attributes.set("year", year);
      attributes.set("month", month);
      attributes.set("day", ofMonth);
    }
    if (object.class_ === date) return object;
    const second = Math.floor((us - day * perDay) / perSecond);
    attributes.set("hour", Math.floor(second / 3600));
    attributes.set("minute", Math.floor(second / 60) % 60);
    attributes.set("second", second % 60);
    attributes.set("microsecond", ((us % perSecond) + perSecond) % perSecond);
    return object;
  };
  const make = (class_: ClassValue, us: number): Instance => {
    machine.tick(0.5);
    return set(new Instance(class_), us);
  };
  const define = (class_: ClassValue, name: string, call: (self: Instance, given: readonly Py[], named: NamedArguments) => Py): void => {
    const method: Call = ([self, ...given], named) => call(self instanceof Instance ? self : unclear("a time"), given, named);
    class_.attributes.set(name, new Native(name, method, "method"));
  };
  const defineForClass = (class_: ClassValue, name: string, call: Call): void => void class_.attributes.set(name, new Native(name, call));
  const isDuration = (value: Py | undefined): value is Instance => value instanceof Instance && value.class_ === duration;
  const parts = ["year", "month", "day", "hour", "minute", "second", "microsecond"];
  const whole = (given: readonly number[]): number => {
    const [year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, microsecond = 0] = given;
    const at = dayOfDate(year, month, day);
    const back = dateOf(at);
    if (back[1] !== month || back[2] !== day) machine.fail("ValueError", "day is out of range for month");
    return at * perDay + ofDay([hour, minute, second, microsecond]);
  };
  const ofDay = ([hour = 0, minute = 0, second = 0, microsecond = 0]: readonly number[]): number => {
    if (hour > 23 || minute > 59 || second > 59) machine.fail("ValueError", "out of range");
    return (hour * 3600 + minute * 60 + second) * perSecond + microsecond;
  };
  const madeOf: readonly (readonly [class_: ClassValue, own: readonly string[], of: (given: readonly number[]) => number])[] = [
    [date, parts.slice(0, 3), whole],
    [moment, parts, whole],
    [clock, parts.slice(3), ofDay],
  ];
  for (const [class_, own, of] of madeOf) {
    const least = (part: string): number => (parts.indexOf(part) < 3 ? 1 : 0);
    define(class_, "__init__", (self, given, named) => {
      set(self, of(own.map((part, index) => asIndex(given[index] ?? named.get(part) ?? least(part)))));
      return null;
    });
    define(class_, "replace", (self, given, named) =>
      make(self.class_, of(own.map((part, index) => asIndex(given[index] ?? named.get(part) ?? self.attributes.get(part) ?? 0)))),
    );
  }
  for (const class_ of [date, moment]) {
    define(class_, "__add__", (self, [other]) => make(self.class_, floored(self, timeOf(self) + timeOf(other))));
    define(class_, "__radd__", (self, [other]) => make(self.class_, floored(self, timeOf(self) + timeOf(other))));
    define(class_, "__sub__", (self, [other]) =>
      isDuration(other) ? make(self.class_, floored(self, timeOf(self) - timeOf(other))) : make(duration, timeOf(self) - timeOf(other)),
    );
    for (const name of ["now", "today", "utcnow"]) defineForClass(class_, name, () => new Opaque());
    defineForClass(class_, "fromisoformat", ([text]) => {
      const at = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?$/.exec(String(text));
      if (!at) return machine.fail("ValueError", "Invalid isoformat string");
      return make(class_, whole([...at.slice(1, 7).map((each) => Number(each ?? 0)), Number((at[7] ?? "0").padEnd(6, "0"))]));
    });
    defineForClass(class_, "fromordinal", ([ordinal = 1]) => make(class_, (asIndex(ordinal) - firstOrdinal) * perDay));
  }
  const floored = (self: Instance, us: number): number => (self.class_ === date ? Math.floor(us / perDay) * perDay : us);
  const dayOf = (self: Instance): number => (((Math.floor(timeOf(self) / perDay) + 3) % 7) + 7) % 7;
  define(date, "weekday", dayOf);
  define(date, "isoweekday", (self) => dayOf(self) + 1);
  define(date, "toordinal", (self) => Math.floor(timeOf(self) / perDay) + firstOrdinal);
  define(date, "timetuple", () => new Opaque());
  define(date, "isocalendar", (self) => {
    const day = Math.floor(timeOf(self) / perDay);
    const thursday = day - dayOf(self) + 3;
    const [year] = dateOf(thursday);
    return new Tuple([year, Math.floor((thursday - dayOfDate(year, 1, 1)) / 7) + 1, dayOf(self) + 1]);
  });
  const padded = (value: Py | undefined, width = 2): string => String(value ?? 0).padStart(width, "0");
  const written = (self: Instance, how: string): string =>
    how.replace(/%([a-zA-Z%])/g, (all, code: string) => {
      const get = (name: string): Py | undefined => self.attributes.get(name);
      switch (code) {
        case "Y":
          return padded(get("year"), 4);
        case "y":
          return padded(Number(get("year")) % 100);
        case "m":
          return padded(get("month"));
        case "d":
          return padded(get("day"));
        case "H":
          return padded(get("hour"));
        case "I":
          return padded(((Number(get("hour") ?? 0) + 11) % 12) + 1);
        case "p":
          return Number(get("hour") ?? 0) < 12 ? "AM" : "PM";
        case "M":
          return padded(get("minute"));
        case "S":
          return padded(get("second"));
        case "f":
          return padded(get("microsecond"), 6);
        case "j":
          return padded(Math.floor(timeOf(self) / perDay) - dayOfDate(Number(get("year")), 1, 1) + 1, 3);
        case "A":
          return days[dayOf(self)] as string;
        case "a":
          return (days[dayOf(self)] as string).slice(0, 3);
        case "B":
          return months[Number(get("month")) - 1] as string;
        case "b":
          return (months[Number(get("month")) - 1] as string).slice(0, 3);
        case "%":
          return "%";
        default:
          return /[zZ]/.test(code) ? "" : unclear(`a format of times: ${all}`);
      }
    });
  const iso = (self: Instance, separator: string): string => {
    if (self.class_ === date) return written(self, "%Y-%m-%d");
    const exact = self.attributes.get("microsecond") !== 0 ? ".%f" : "";
    return written(self, `${self.class_ === clock ? "" : `%Y-%m-%d${separator}`}%H:%M:%S${exact}`);
  };
  for (const class_ of [date, clock]) {
    define(class_, "isoformat", (self, [separator = "T"]) => iso(self, String(separator)));
    define(class_, "strftime", (self, [how = ""]) => written(self, String(how)));
    define(class_, "__str__", (self) => iso(self, " "));
    define(class_, "__format__", (self, [how = ""]) => (how === "" ? iso(self, " ") : written(self, String(how))));
  }
  define(moment, "date", (self) => make(date, Math.floor(timeOf(self) / perDay) * perDay));
  define(moment, "timestamp", (self) => new Float(timeOf(self) / perSecond));
  define(moment, "astimezone", (self) => self);
  defineForClass(moment, "fromtimestamp", ([seconds = 0]) =>
    make(moment, Math.round((asFloat(seconds) ?? unclear("a time of which nothing is known")) * perSecond)),
  );
  define(moment, "time", (self) => make(clock, timeOf(self) - Math.floor(timeOf(self) / perDay) * perDay));
  defineForClass(moment, "combine", ([day, time]) => make(moment, Math.floor(timeOf(day) / perDay) * perDay + timeOf(time)));
  defineForClass(moment, "strptime", ([text = "", how = ""]) => make(moment, whole(readTime(machine, String(text), String(how)))));

  const units: readonly (readonly [name: string, us: number])[] = [
    ["days", perDay],
    ["seconds", perSecond],
    ["microseconds", 1],
    ["milliseconds", 1000],
    ["minutes", 60 * perSecond],
    ["hours", 3600 * perSecond],
    ["weeks", 7 * perDay],
  ];
  define(duration, "__init__", (self, given, named) => {
    const amount = (value: Py): number => asFloat(value) ?? unclear("a time of which nothing is known");
    set(self, Math.round(units.reduce((sum, [name, us], index) => sum + us * amount(given[index] ?? named.get(name) ?? 0), 0)));
    return null;
  });
  define(duration, "total_seconds", (self) => new Float(timeOf(self) / perSecond));
  define(duration, "__add__", (self, [other]) =>
    other instanceof Instance && other.class_ !== duration
      ? make(other.class_, floored(other, timeOf(self) + timeOf(other)))
      : make(duration, timeOf(self) + timeOf(other)),
  );
  define(duration, "__sub__", (self, [other]) => make(duration, timeOf(self) - timeOf(other)));
  for (const name of ["__mul__", "__rmul__"])
    define(duration, name, (self, [other = 1]) => make(duration, Math.round(timeOf(self) * (asFloat(other) ?? unclear("a time")))));
  define(duration, "__truediv__", (self, [other = 1]) =>
    isDuration(other)
      ? new Float(timeOf(self) / timeOf(other))
      : make(duration, Math.round(timeOf(self) / (asFloat(other) ?? unclear("a time")))),
  );
  define(duration, "__floordiv__", (self, [other = 1]) =>
    isDuration(other) ? Math.floor(timeOf(self) / timeOf(other)) : make(duration, Math.floor(timeOf(self) / asIndex(other))),
  );
  define(duration, "__mod__", (self, [other]) => {
    const by = timeOf(other);
    return make(duration, timeOf(self) - by * Math.floor(timeOf(self) / by));
  });
  define(duration, "__bool__", (self) => timeOf(self) !== 0);
  define(duration, "__str__", (self) => {
    const count = Number(self.attributes.get("days"));
    const seconds = Number(self.attributes.get("seconds"));
    const micro = self.attributes.get("microseconds");
    const clock = `${Math.floor(seconds / 3600)}:${padded(Math.floor(seconds / 60) % 60)}:${padded(seconds % 60)}${micro === 0 ? "" : `.${padded(micro, 6)}`}`;
    return count === 0 ? clock : `${count} day${Math.abs(count) === 1 ? "" : "s"}, ${clock}`;
  });
  return new Map([
    ["datetime", moment],
    ["date", date],
    ["time", clock],
    ["timedelta", duration],
  ]);
}

/** How many days after 1970 began, in the Gregorian calendar (Fliegel and Van Flandern). */
function dayOfDate(year: number, month: number, day: number): number {
  const early = month < 3 ? 1 : 0;
  const years = year - early;
  const sinceMarch = Math.floor((153 * (month + 12 * early - 3) + 2) / 5);
  return day + sinceMarch + 365 * years + Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400) - 719_469;
}

function dateOf(day: number): readonly [year: number, month: number, day: number] {
  const since = day + 719_468;
  const era = Math.floor(since / 146_097);
  const ofEra = since - era * 146_097;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const sinceMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = sinceMarch < 10 ? sinceMarch + 3 : sinceMarch - 9;
  return [yearOfEra + era * 400 + (month < 3 ? 1 : 0), month, ofYear - Math.floor((153 * sinceMarch + 2) / 5) + 1];
}

/** The ordinal of the first day of 1970. */
const firstOrdinal = 719_163;

/** `strptime`: the parts of a time that is written out. */
function readTime(machine: Machine, text: string, how: string): readonly number[] {
  const found: Record<string, number> = {};
  let at = 0;
  const fail = (): never => machine.fail("ValueError", "time data does not match format");
  for (const [piece, code, other] of how.matchAll(/%([a-zA-Z%])|([^%]+)/g)) {
    if (other !== undefined || code === "%") {
      const literal = other ?? "%";
      if (!text.startsWith(literal, at)) fail();
      at += literal.length;
      continue;
    }
    const named =
      code === "b" || code === "B" ? months.findIndex((each) => text.startsWith(code === "b" ? each.slice(0, 3) : each, at)) : -1;
    if (named >= 0) {
      found.m = named + 1;
      at += code === "b" ? 3 : (months[named] as string).length;
      continue;
    }
    const width = { Y: 4, m: 2, d: 2, H: 2, M: 2, S: 2, y: 2, f: 6 }[code as "Y"];
    if (width === undefined) return unclear(`a format of times: ${piece}`);
    const digits = /^\d+/.exec(text.slice(at, at + width))?.[0] ?? fail();
    at += digits.length;
    found[code as string] = Number(code === "f" ? digits.padEnd(6, "0") : digits);
  }
  if (at < text.length) fail();
  const { y } = found;
  return [
    found.Y ?? (y === undefined ? 1900 : y + (y < 69 ? 2000 : 1900)),
    found.m ?? 1,
    found.d ?? 1,
    found.H ?? 0,
    found.M ?? 0,
    found.S ?? 0,
    found.f ?? 0,
  ];
}
