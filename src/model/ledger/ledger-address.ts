// Where ledgers are that are no files: the address of a database on a PostgreSQL server. It may hold a password, so people see
// another text than the one that connects. Not here: connecting (ledger/postgres).

/** The address of the database that holds the ledgers. */
export interface LedgerAddress {
  /** `postgres://db.example/imports`: for messages, without user, password and settings. */
  readonly shown: string;
  /** As it was given, for whoever connects. It may hold a password: nobody may show, keep or pass it on. */
  reveal(): string;
}

/** An address, or what is wrong with the text, in words that show nothing of it. */
export type CheckedLedger =
  | { readonly ok: true; readonly address: LedgerAddress; readonly holdsPassword: boolean }
  | { readonly ok: false; readonly why: string };

/** Reads the address of a database. */
export function checkLedger(text: string): CheckedLedger {
  const given = text.trim();
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) return { ok: false, why: `is ${noAddress}` };
  // What stands behind one of these in a password would be taken for a port, a name or a setting, and be shown.
  if (/[@#]/.test(url.pathname + url.search + url.hash) || given.includes("#"))
    return { ok: false, why: `is ${noAddress}; in a password, / ? # and @ are written %2F %3F %23 and %40` };
  const name = url.pathname.slice(1);
  if (name === "" || name.includes("/")) return { ok: false, why: `names no database: it is ${likeThis}` };
  const secrets = ["password", "sslpassword"];
  return {
    ok: true,
    address: { shown: `postgres://${url.host}/${name}`, reveal: () => given },
    holdsPassword: url.password !== "" || secrets.some((secret) => url.searchParams.has(secret)),
  };
}

/** The passwords in an address: what must be shown nowhere. */
export function ledgerSecrets(text: string): readonly string[] {
  const given = text.trim();
  if (!checkLedger(given).ok) return given === "" ? [] : [given];
  const { password, searchParams } = new URL(given);
  const secrets = [password, unescaped(password), searchParams.get("password"), searchParams.get("sslpassword")];
  return [...new Set(secrets)].filter((secret): secret is string => secret !== null && secret !== "");
}

const likeThis = "postgres://user@host:5432/database";
const noAddress = `no address of a PostgreSQL database, such as ${likeThis}`;

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
