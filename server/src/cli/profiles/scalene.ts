import * as v from "valibot";
import type { FunctionTotal, Profile } from "../../estimate/tasks/profile.js";
import type { ProfileProblem } from "./profile-problem.js";

const share = v.pipe(v.number("must be a number"), v.finite("must be a number"));
const entry = v.object({
  // The name of the function where an entry is of a function, with the names of its classes.
  line: v.optional(v.string()),
  // Before version 1.5.
  fn_name: v.optional(v.string()),
  lineno: v.optional(v.number(), 0),
  n_cpu_percent_python: share,
  n_cpu_percent_c: share,
  n_sys_percent: share,
});
const scalene = v.object({
  elapsed_time_sec: v.pipe(share, v.minValue(0, "must not be negative")),
  files: v.record(v.string(), v.object({ functions: v.optional(v.array(entry)) })),
});

/**
 * What `scalene --json` writes (scalene/scalene_json.py): for each function of each file which share of the run its own lines computed in
 * Python, in native code that they call, and waited, each in percent.
 */
export function readScalene(json: object): Profile | ProfileProblem {
  const parsed = v.safeParse(scalene, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { problem: `is of Scalene, but ${v.getDotPath(issue) ?? "it"} ${issue.message}` };
  }
  const { elapsed_time_sec: seconds, files } = parsed.output;
  const totals = Object.entries(files).flatMap(([file, { functions }]) =>
    (functions ?? []).flatMap((each): FunctionTotal[] => {
      const name = (each.line ?? each.fn_name ?? "").trim().split(".").at(-1) ?? "";
      if (name === "") return [];
      const ns = (percent: number): number => Math.max(0, (percent / 100) * seconds * 1e9);
      return [
        {
          file: file.replaceAll("\\", "/"),
          name,
          line: each.lineno,
          interpreterNs: ns(each.n_cpu_percent_python),
          nativeNs: ns(each.n_cpu_percent_c),
          waitNs: ns(each.n_sys_percent),
        },
      ];
    }),
  );
  if (totals.length === 0) return { problem: "is of Scalene, but names no function; let it run longer" };
  return { profiler: "Scalene", functions: [], totals };
}
