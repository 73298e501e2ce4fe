import type { ClassNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import type { Resolver } from "./resolver.js";

/**
 * The class of the server that makes the objects of a request handler and stores itself in each as `self.server`, as `socketserver` has it: the one that the
 * handler's file defines. Undefined where there is none, or more than one.
 */
export function serverOfHandler(node: ClassNode, resolver: Resolver): ClassNode | undefined {
  if (!resolver.classOrder(node).externals.some((base) => handlers.test(base))) return undefined;
  const named = node.file.derive("classes of servers by the names of their bases", () =>
    node.file.classes.filter(({ facts }) => facts.bases.some((base) => /Server$/.test(lastNameOf(base)))),
  );
  const [only, ...others] = named.filter((each) => resolver.classOrder(each).externals.some((base) => servers.test(base)));
  return others.length === 0 ? only : undefined;
}

const handlers = /^(socketserver|http\.server|xmlrpc\.server|wsgiref\.simple_server)\.\w*RequestHandler$/;
const servers = /^(socketserver|http\.server|xmlrpc\.server|wsgiref\.simple_server)\.\w*Server$/;
