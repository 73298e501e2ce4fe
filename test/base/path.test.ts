import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { absolutePath, fileName, joinPath, parentFolder, relativePath } from "../../server/src/base/path.js";

test("a relative path leads from the folder to the path", () => {
  assert.equal(relativePath("/home/me", "/home/me/pkg/app.py"), "pkg/app.py");
  assert.equal(relativePath("/home/me", "/home/you/app.py"), "../you/app.py");
  assert.equal(relativePath("/home/me", "/home/me"), ".");
  assert.equal(relativePath("/home/me", "/home/mean/app.py"), "../mean/app.py");
  assert.equal(relativePath("/", "/app.py"), "app.py");
  assert.equal(relativePath("C:/work", "C:/work/app.py"), "app.py");
  assert.equal(relativePath("C:/work", "D:/work/app.py"), "D:/work/app.py");
  assert.equal(relativePath("C:/work", "//server/share/app.py"), "//server/share/app.py");
});

test("what users type is found from the working folder", () => {
  assert.equal(absolutePath("/home/me", "app.py"), "/home/me/app.py");
  assert.equal(absolutePath("/home/me", "./pkg/../app.py"), "/home/me/app.py");
  assert.equal(absolutePath("/home/me", ".."), "/home");
  assert.equal(absolutePath("/", "../../x"), "/x");
  assert.equal(absolutePath("/home/me", "/tmp//x/"), "/tmp/x");
  assert.equal(absolutePath("/home/me", "odd\\name.py"), "/home/me/odd\\name.py");
  assert.equal(absolutePath("C:/work", "pkg\\app.py"), "C:/work/pkg/app.py");
  assert.equal(absolutePath("C:/work", "D:\\other\\app.py"), "D:/other/app.py");
  assert.equal(absolutePath("C:/work", "..\\.."), "C:/");
});

test("folders and names take a path apart", () => {
  assert.equal(parentFolder("/home/me/app.py"), "/home/me");
  assert.equal(parentFolder("/home"), "/");
  assert.equal(parentFolder("/"), "/");
  assert.equal(parentFolder("C:/work"), "C:/");
  assert.equal(parentFolder("C:/"), "C:/");
  assert.equal(fileName("/home/me/app.py"), "app.py");
  assert.equal(joinPath("/", "home"), "/home");
  assert.equal(joinPath("C:/", "work"), "C:/work");
});

test("going there and coming back ends at the same path", () => {
  const part = fc.stringMatching(/^[a-z]{1,3}$/);
  const path = fc.array(part, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
  fc.assert(fc.property(path, path, (folder, other) => assert.equal(absolutePath(folder, relativePath(folder, other)), other)));
});
