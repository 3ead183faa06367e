// Remote ids that answers gave within this dispatch and that may not be in the ledger yet. Two answers at the same moment
// can both show one id.
import type { ResourceName } from "../model/resource.ts";

/** Who has which id. */
export interface Claims {
  /** Claims the id for the key, unless another key was first; gives whose it is. */
  claim(resource: ResourceName, remoteId: string, key: string): string;
}

/** Older claims are in the ledger long since. */
const mostClaims = 1000;

/** Nothing is claimed yet. */
export function createClaims(): Claims {
  const claims = new Map<string, string>();
  return {
    claim(resource, remoteId, key) {
      const name = `${resource} ${remoteId}`;
      const holder = claims.get(name) ?? key;
      claims.set(name, holder);
      for (const oldest of claims.keys()) {
        if (claims.size <= mostClaims) break;
        claims.delete(oldest);
      }
      return holder;
    },
  };
}
