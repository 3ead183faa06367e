// Which host names are this machine itself: there plain http is allowed and no proxy is asked.

/** `hostname` as a `URL` has it, with the brackets of an IPv6 address. */
export function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
