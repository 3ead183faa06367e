// `luminous-import channels list | show`: what orders would meet in each channel of the account.
import { type ChannelsOptions, findChannels, listChannels, type SeenChannel } from "../../doctor/list-channels.ts";
import { defaultLimits } from "../../job/job.ts";
import { systemClock } from "../../model/clock.ts";
import { exitCodes } from "../../model/exit-codes.ts";
import { channelTable, channelText } from "../../report/channel-text.ts";
import { resolveAccount } from "../world/account.ts";
import { interruptible } from "../world/interrupt.ts";
import { accountSources, type CommandWorld, type GlobalOptions } from "../world/world.ts";

/** Lists all channels; gives the exit code. */
export function list(options: GlobalOptions, world: CommandWorld): Promise<number> {
  return tell(options, world, listChannels, channelTable);
}

/** Shows the channels with a label, mostly one; gives the exit code. */
export function show(label: string, options: GlobalOptions, world: CommandWorld): Promise<number> {
  return tell(
    options,
    world,
    (options) => findChannels(label, options),
    (channels) => channels.map(channelText).join("\n"),
  );
}

async function tell(
  options: GlobalOptions,
  world: CommandWorld,
  find: (options: ChannelsOptions) => Promise<readonly SeenChannel[]>,
  text: (channels: readonly SeenChannel[]) => string,
): Promise<number> {
  const noJob = { company: undefined, baseUrl: undefined, file: { path: "", shown: "the job" } };
  const api = await resolveAccount(noJob, accountSources(world, options));
  using signals = interruptible(world);
  const channels = await find({
    api,
    limits: defaultLimits(),
    clock: systemClock,
    random: Math.random,
    onEvent: () => undefined,
    stop: signals.stop,
    abort: signals.abort,
  });
  world.stdout.write(options.json === true ? `${JSON.stringify(channels, null, 2)}\n` : text(channels));
  return exitCodes.done;
}
