// Rolls the declarations of the library up into dist/index.d.ts: the package shows its public types and no file of the
// inside. Types that are made of a constant or a schema (`keyof typeof faults`, `z.input<typeof writtenJob>`) are written
// out, and so are interfaces to which several files add; they would drag the inside along. Types are not checked here:
// `npm run types` does that.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import ts from "typescript";

const root = join(import.meta.dirname, "..");
const sources = join(root, "src");
const entry = join(sources, "index.ts");

await mkdir(join(root, "dist"), { recursive: true });
const folder = await mkdtemp(join(root, "dist/declarations-"));
try {
  await writeDeclarations(folder);
  await rollUp(join(folder, "index.d.ts"), join(root, "dist/index.d.ts"));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Writes the declarations of the library's entry and of every file that they name, by the layout of src/. */
async function writeDeclarations(target: string): Promise<void> {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const emitted = { noEmit: false, noCheck: true, declaration: true, emitDeclarationOnly: true, rootDir: sources };
  const program = ts.createProgram([entry], { ...options, ...emitted });
  const afterDeclarations = [writtenOut(program.getTypeChecker())];
  const files = new Set([entry]);
  for (const file of files) {
    let declarations = "";
    const source = program.getSourceFile(file);
    program.emit(source, (_, text) => (declarations += text), undefined, true, { afterDeclarations });
    const path = join(target, relative(sources, file)).replace(/\.ts$/, ".d.ts");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, declarations);
    for (const { fileName } of ts.preProcessFile(declarations).importedFiles)
      if (fileName.startsWith(".")) files.add(resolve(dirname(file), fileName));
  }
}

function writtenOut(checker: ts.TypeChecker): ts.TransformerFactory<ts.SourceFile | ts.Bundle> {
  return (context) => {
    const visit = (node: ts.Node): ts.Node | undefined => {
      // What a file adds to an interface of another one is written there.
      if (ts.isModuleDeclaration(node)) return undefined;
      if (ts.isInterfaceDeclaration(node)) return ts.visitEachChild(withAdded(node), visit, context);
      return isOfConstant(node) ? plain(node) : ts.visitEachChild(node, visit, context);
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };

  function withAdded(node: ts.InterfaceDeclaration): ts.InterfaceDeclaration {
    const original = ts.getOriginalNode(node);
    const declarations = checker.getSymbolAtLocation(node.name)?.declarations ?? [];
    const added = declarations.filter((each) => each !== original).filter(ts.isInterfaceDeclaration);
    if (added.length === 0) return node;
    const members = [...node.members, ...added.flatMap((each) => each.members.map(anew))];
    const { modifiers, name, typeParameters, heritageClauses } = node;
    return ts.factory.updateInterfaceDeclaration(node, modifiers, name, typeParameters, heritageClauses, members);
  }

  /** A member of another file, made anew: its own node would be printed by the text of this one. */
  function anew(node: ts.TypeElement): ts.TypeElement {
    if (!ts.isPropertySignature(node) || !ts.isIdentifier(node.name) || node.type === undefined)
      throw new Error(`no rule for ${node.getText()}`);
    const modifiers = node.modifiers?.map(({ kind }) => ts.factory.createModifier(kind));
    return ts.factory.createPropertySignature(modifiers, node.name.text, node.questionToken, plain(node.type));
  }

  function plain(node: ts.TypeNode): ts.TypeNode {
    const original = ts.getOriginalNode(node, ts.isTypeNode);
    const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias;
    const written = checker.typeToTypeNode(checker.getTypeFromTypeNode(original), undefined, flags);
    if (written === undefined) throw new Error(`no rule for ${original.getText()}`);
    return onLines(written);
  }
}

/** `typeof outcomes`, and a type that asks for a part of one: not what merely holds it, such as a list. */
function isOfConstant(node: ts.Node): node is ts.TypeNode {
  if (ts.isTypeQueryNode(node)) return true;
  const isPart = ts.isTypeReferenceNode(node) || ts.isIndexedAccessTypeNode(node) || isKeyOf(node);
  return isPart && mentionsConstant(node);
}

function isKeyOf(node: ts.Node): boolean {
  return ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.KeyOfKeyword;
}

function mentionsConstant(node: ts.Node): boolean {
  return ts.isTypeQueryNode(node) || ts.forEachChild(node, (child) => mentionsConstant(child) || undefined) === true;
}

/** The checker writes object types on one line, however long. */
function onLines<T extends ts.Node>(node: T): T {
  ts.setEmitFlags(node, ts.EmitFlags.None);
  ts.forEachChild(node, (child) => void onLines(child));
  return node;
}

async function rollUp(input: string, file: string): Promise<void> {
  const bundle = await rollup({
    input,
    external: (id) => !/^[./]/.test(id),
    plugins: [dts()],
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  await bundle.write({ file });
}
