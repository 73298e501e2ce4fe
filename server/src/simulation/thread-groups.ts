import { compile, interpreterProgram, type Program } from "./instructions.js";
import type { ThreadServices } from "./pool.js";
import { run, type Thread } from "./thread.js";
import type { ThreadGroup } from "./workload.js";

/** The main thread starts all threads of the groups, one after the other, and joins them. */
export function startThreads(services: ThreadServices, groups: readonly ThreadGroup[], mainName: string): void {
  const { start } = services.runtime;
  const programs = groups.map((group) => compile(group.steps, services.compilation, 0, 0));
  const startOne = interpreterProgram(Math.round(start.starterNs));
  const leave = interpreterProgram(Math.round(start.exitNs));
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  /** How many threads have each name. */
  const numbers = new Map<string, number>();
  let group = 0;
  let startedOfGroup = 0;
  let running = 0;
  let stage: "opening" | "starting" | "started" | "joining" = "opening";

  const startThread = (): void => {
    const name = (groups[group] as ThreadGroup).name ?? "thread";
    const number = (numbers.get(name) ?? 0) + 1;
    numbers.set(name, number);
    const program = programs[group] as Program;
    running++;
    startedOfGroup++;
    let own: "starting" | "working" | "leaving" = "starting";
    const atEnd = (thread: Thread): "go-on" | "stop" => {
      if (own === "starting") {
        own = "working";
        if (start.starter === "waits") services.wake(main);
        run(thread, program);
        return "go-on";
      }
      if (own === "working") {
        own = "leaving";
        run(thread, leave);
        return "go-on";
      }
      running--;
      services.end(thread);
      if (running === 0 && stage === "joining") services.wake(main);
      return "stop";
    };
    services.spawn(`${name}-${number}`, "worker", interpreterProgram(Math.round(start.workerNs)), atEnd);
  };

  const startNext = (thread: Thread): "go-on" | "stop" => {
    while (group < groups.length && startedOfGroup >= (groups[group] as ThreadGroup).count) {
      group++;
      startedOfGroup = 0;
    }
    if (group < groups.length) {
      stage = "starting";
      run(thread, startOne);
      return "go-on";
    }
    stage = "joining";
    if (running === 0) {
      services.end(thread);
      return "stop";
    }
    services.sleep(thread, "its threads");
    return "stop";
  };

  if (total === 0) return;
  const main: Thread = services.spawn(mainName, "main", interpreterProgram(0), (thread) => {
    switch (stage) {
      case "opening":
      case "started":
        return startNext(thread);
      case "starting":
        startThread();
        stage = "started";
        if (start.starter === "goes-on") return "go-on";
        services.sleep(thread, "a new thread");
        return "stop";
      case "joining":
        services.end(thread);
        return "stop";
    }
  });
}
