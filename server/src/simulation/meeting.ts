import type { Thread } from "./thread.js";

/** Where threads wait for others to come, a barrier, or to end, a group of threads. */
export interface Meeting {
  /** As people call it: `barrier start`, `the end of producer`. */
  readonly title: string;
  /** How many have to come, or to end. */
  readonly wanted: number;
  /** How many have; a barrier begins anew once all have come. */
  come: number;
  readonly waiters: Thread[];
}

export function newMeeting(title: string, wanted: number): Meeting {
  return { title, wanted, come: 0, waiters: [] };
}

/** Those who may go on now that one more has come; a barrier is empty again after that. */
export function comeTo(meeting: Meeting): readonly Thread[] {
  meeting.come++;
  return meeting.come < meeting.wanted ? [] : meeting.waiters.splice(0);
}
