// A certificate for one host name that signs itself, made anew for each test: just enough of X.509, in DER.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** In PEM, as servers and `NODE_EXTRA_CA_CERTS` take them. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const day = 86_400_000;

/** Valid from yesterday to tomorrow, or so many days from now. */
export function makeCertificate(hostname: string, days: readonly [number, number] = [-1, 1]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(objectId("2a8648ce3d040302")); // ecdsa-with-SHA256
  const name = sequence(set(sequence(objectId("550403"), der(0x0c, Buffer.from(hostname))))); // CN
  const validity = sequence(...days.map((from) => time(Date.now() + from * day)));
  const alternativeNames = sequence(objectId("551d11"), octets(sequence(der(0x82, Buffer.from(hostname)))));
  const isAuthority = sequence(
    objectId("551d13"),
    der(0x01, Buffer.from([0xff])),
    octets(sequence(der(0x01, Buffer.from([0xff])))),
  );
  const toSign = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(alternativeNames, isAuthority)),
  );
  const signature = Buffer.concat([Buffer.from([0]), sign("sha256", toSign, privateKey)]);
  const cert = sequence(toSign, algorithm, der(0x03, signature)).toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${cert}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function set(...parts: readonly Buffer[]): Buffer {
  return der(0x31, Buffer.concat(parts));
}

function octets(content: Buffer): Buffer {
  return der(0x04, content);
}

function integer(content: Buffer): Buffer {
  return der(0x02, content);
}

function objectId(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

/** UTCTime: `YYMMDDhhmmssZ`. */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14)}Z`;
  return der(0x17, Buffer.from(text));
}
