// Staging: every input streamed, mapped, validated and written into the ledger, before any request is sent. Memory does
// not grow with the files: what is scattered or joined is gathered by the ledger.
import { blamedOnChange, refuseChanged, type Seen } from "../job/file-states.ts";
import { groupRows } from "../map/group.ts";
import type { RowGroup, SourceRow } from "../model/draft.ts";
import type { StagedFile } from "../model/ledger/rows.ts";
import type { Problem } from "../model/problem.ts";
import { settleCurrencies } from "./currencies.ts";
import { createDayTally } from "./day-tally.ts";
import { settleDuplicateKeys, settleSuperseded } from "./duplicate-keys.ts";
import { createEntrySink, type EntrySink } from "./entry-sink.ts";
import { keyText } from "./joins.ts";
import { earlierEndings, judgeLastLines } from "./last-lines.ts";
import { joinFilesOf } from "./locate-cells.ts";
import { createPause } from "./pause.ts";
import type { PreparedInput } from "./prepare.ts";
import { refuseRetryConflicts } from "./retry-conflicts.ts";
import { type SameRows, watchSameRows } from "./same-rows.ts";
import { addFiles, newRow, type OpenedFile, type StageOptions, sourceRows } from "./source-rows.ts";
import { settleOrphans } from "./stage-joins.ts";
import { stageScattered } from "./stage-scattered.ts";

/**
 * Stages all inputs, then settles what only the whole shows: identical entries, duplicate keys, what a retry made good.
 * Throws `INPUT_CHANGED` where a file is not any more what it was when it was first looked at.
 */
export async function stage(inputs: readonly PreparedInput[], options: StageOptions): Promise<void> {
  for (const prepared of inputs) {
    try {
      await stageInput(prepared, options);
    } catch (error) {
      throw await blamedOnChange(error, prepared.seen);
    }
  }
  await refuseChanged(allSeen(inputs));
  const { ledger, run, job } = options;
  const earlier = options.earlierEndings ?? earlierEndings(ledger, job, run);
  await judgeLastLines(run, { ...options, earlier, isRetry: options.retry !== undefined });
  const settling = { ...options, pause: createPause(options.signal) };
  if (options.newerWins === true) await settleSuperseded(run, settling);
  await ledger.staging.collapseIdentical(run);
  await settleDuplicateKeys(run, settling);
  const accepted = options.acceptedCurrencies ?? ((within) => ledger.account.currencies(within));
  await settleCurrencies(run, inputs, { ...settling, accepted });
  if (options.retry !== undefined) await refuseRetryConflicts(run, inputs, { ...settling, ...options.retry });
  else await ledger.staging.settleRepaired(run);
  await ledger.staging.finish(run);
}

function allSeen(inputs: readonly PreparedInput[]): Seen {
  return { files: inputs.flatMap(({ seen }) => seen.files), globs: inputs.flatMap(({ seen }) => seen.globs) };
}

async function stageInput(prepared: PreparedInput, options: StageOptions): Promise<void> {
  const { input, compiled } = prepared;
  const { staging } = options.ledger;
  const mains = await addFiles(input, input.files, "input", undefined, prepared, options);
  const joins: StagedFile[] = [];
  for (const { name, one, theirs } of compiled.joins) {
    const added = await addFiles(input, input.joins[name] ?? [], one ? "reference" : "join", name, prepared, options);
    joins.push(...added.map(({ staged }) => staged));
    for (const file of added) {
      for await (const rows of sourceRows(file, options)) {
        await staging.addRows(
          rows.map((source) => {
            const row = newRow(source, file);
            if (source.row.leftOut !== undefined)
              return { ...row, outcome: "excluded" as const, problems: [source.row.leftOut] };
            return { ...row, groupKey: keyText(source.row.cells, theirs), cells: source.row.cells };
          }),
        );
      }
    }
  }
  const days = createDayTally();
  const sink = createEntrySink(prepared, joinFilesOf(prepared, joins), { ...options, onDraft: days.see });
  const same = watchSameRows(
    input.name,
    options.newerWins === true ? [] : mains.map(({ staged }) => staged),
    compiled,
    staging,
  );
  if (compiled.mapping.group?.rows === "anywhere") await stageScattered(prepared, mains, { sink, same }, options);
  else for (const main of mains) await stageInOrder(prepared, main, { sink, same }, options);
  await sink.flush();
  const told = same.inWords();
  if (told !== undefined) options.onWarning(told);
  const ofDays = days.told(compiled.mapping.style.timezone);
  const [only, ...others] = input.files;
  if (ofDays !== undefined)
    options.onDetected?.(only === undefined || others.length > 0 ? input.name : only.shown, ofDays);
  for (const file of joins.filter(({ kind }) => kind === "join")) {
    const newer = joins.filter(({ id, join }) => options.newerWins === true && join === file.join && id > file.id);
    await settleOrphans(file, newer, prepared, options);
  }
}

/** Rows whose groups are complete in file order: mapped as they stream by. */
async function stageInOrder(
  prepared: PreparedInput,
  main: OpenedFile,
  { sink, same }: { readonly sink: EntrySink; readonly same: SameRows },
  options: StageOptions,
): Promise<void> {
  const { staging } = options.ledger;
  const sameElsewhere = new WeakMap<SourceRow, Problem>();
  let hasSame = false;
  const stored = async function* (): AsyncGenerator<readonly SourceRow[]> {
    for await (const rows of sourceRows(main, options, prepared.compiled)) {
      await staging.addRows(rows.map((source) => newRow(source, main)));
      for (const [at, problem] of (await same.find(rows)).entries()) {
        const source = rows[at];
        if (source === undefined || problem === undefined) continue;
        sameElsewhere.set(source, problem);
        hasSame = true;
      }
      yield rows;
    }
  };
  const excluded: SourceRow[] = [];
  for await (const groups of groupRows(stored(), prepared.compiled, (source) => excluded.push(source))) {
    if (excluded.length > 0) await sink.exclude(excluded.splice(0));
    for (const group of groups) {
      const copy = hasSame ? wholeCopy(group, sameElsewhere) : undefined;
      if (copy !== undefined) same.count(copy.length);
      const written = copy === undefined ? sink.add(group) : sink.exclude(copy);
      if (written !== undefined) await written;
    }
  }
  await sink.exclude(excluded);
}

/** The rows of a group that stands in an earlier file as it is; of any other every row counts, as in one file alone. */
function wholeCopy(
  { rows, damage, part }: RowGroup,
  same: WeakMap<SourceRow, Problem>,
): readonly SourceRow[] | undefined {
  if (damage.length > 0 || part !== undefined) return undefined;
  const copies = rows.flatMap((source) => {
    const leftOut = same.get(source);
    return leftOut === undefined ? [] : [{ ...source, row: { ...source.row, leftOut } }];
  });
  return copies.length === rows.length ? copies : undefined;
}
