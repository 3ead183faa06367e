// The proxy between here and the account, as one run uses it. Which one it is, the process finds out from its environment.

/** An HTTP proxy. */
export interface HttpProxy {
  /** `http://` or `https://`, with a user and a password where it wants them. */
  readonly url: string;
  /** The variable that named it, for messages. */
  readonly from: string;
}

/** The proxy as it may be shown: its address without user and password, and where it was named. */
export function proxyText({ url, from }: HttpProxy): string {
  return `${new URL(url).origin} (${from})`;
}
