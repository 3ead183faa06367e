// What is wrong with the certificate or the encryption of a server, from the code that Node and OpenSSL give, and what to
// do about it.

/** A fault of a certificate, or of the encryption, in words. */
export interface CertificateFault {
  /** After the server's name: `its certificate has expired`. */
  readonly what: string;
  readonly hint: string;
}

/** The fault behind a connection's error code; undefined when it is none of this kind. `from` is the setting of the address. */
export function certificateFault(code: string, from: string): CertificateFault | undefined {
  switch (code) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "CERT_UNTRUSTED":
      return {
        what: "its certificate is not signed by anybody whom this machine trusts",
        hint: "If a proxy of your company puts its own certificate in, save that in a file and name it in NODE_EXTRA_CA_CERTS.",
      };
    case "CERT_HAS_EXPIRED":
      return {
        what: "its certificate has expired",
        hint: "Check the clock of this machine. If it is right, whoever runs the server has to renew the certificate.",
      };
    case "CERT_NOT_YET_VALID":
      return { what: "its certificate is not valid yet", hint: "Check the clock of this machine." };
    case "CERT_REVOKED":
      return {
        what: "its certificate was revoked",
        hint: "Send nothing there before whoever runs the server has a new one.",
      };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
    case "HOSTNAME_MISMATCH":
      return {
        what: "its certificate is for another host",
        hint: `Check the host in ${from}: a wrong name, or a proxy in between, answers in its place.`,
      };
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return { what: "it does not speak TLS", hint: `Check the port in ${from}: https is not what answers there.` };
    default:
      return /CERT|SSL|TLS|SELF_SIGNED|SIGNATURE/.test(code)
        ? {
            what: "its certificate or encryption is not accepted",
            hint: "A proxy between here and Luminous may put its own certificate in; NODE_EXTRA_CA_CERTS names a file with it.",
          }
        : undefined;
  }
}
