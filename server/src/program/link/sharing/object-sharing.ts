import type { TypeEntry } from "../../../knowledge/entry.js";
import { type SharingObjection, sharingObjection } from "../../../knowledge/sharing.js";
import type { Entity } from "../entity.js";
import { knownOfCall } from "../resolution/call-facts.js";
import type { Resolver } from "../resolution/resolver.js";

/** An object of an external type, and what its documentation says against threads sharing it. */
export interface ObjectedSharing extends SharingObjection {
  readonly type: TypeEntry;
}

/** What speaks against calling that method of the entity in several threads. */
export function objectionTo(entity: Entity, method: string, resolver: Resolver): ObjectedSharing | undefined {
  const type = entity.kind === "object" ? resolver.knowledge.type(entity.type) : undefined;
  if (entity.kind !== "object" || !type?.sharedByThreads) return undefined;
  const { origin } = entity;
  const objection = sharingObjection(type, method, origin ? knownOfCall(origin.call, origin.in, resolver, undefined) : {});
  return objection && { ...objection, type };
}
