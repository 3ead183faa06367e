// Properties try the same values every time, so that a tree that was green stays green. LUMINOUS_TEST_SEED=random tries others
// (`npm run test:seeds`), and a number those of a run that failed.
import fc from "fast-check";

const seed = process.env.LUMINOUS_TEST_SEED ?? "20261128";
if (seed !== "random") fc.configureGlobal({ seed: Number(seed) });
