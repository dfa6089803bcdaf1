// A message between services: content, issuer and signature. It grants nothing by itself and does not expire: it says who asks, and the receiver decides.

import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

type Content = Record<string, unknown> & { to: string };
export type Message = { content: Content; issuer: string; signature: string };

/** Ed25519, not a shared secret: who verifies cannot sign. */
export function seal(content: Content, issuer: string, directory: string): Message {
  const key = createPrivateKey(readFileSync(`${directory}/${issuer}.key`));
  return { content, issuer, signature: sign(null, bytes(issuer, content), key).toString('base64') };
}

/** The content, if a known issuer signed it for this receiver; otherwise undefined. */
export function open({ content, issuer, signature }: Message, receiver: string, directory: string): Content | undefined {
  if (content?.to !== receiver || !/^[a-z]+$/.test(issuer)) return undefined;
  const key = publicKey(issuer, directory);
  const genuine = key && verify(null, bytes(issuer, content), key, Buffer.from(signature, 'base64'));
  return genuine ? content : undefined;
}

export function issueKeys(issuers: string[], directory: string) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const issuer of issuers) {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(`${directory}/${issuer}.key`, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    writeFileSync(`${directory}/${issuer}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
  }
}

function publicKey(issuer: string, directory: string) {
  try {
    return createPublicKey(readFileSync(`${directory}/${issuer}.pub`));
  } catch {
    return undefined;
  }
}

function bytes(issuer: string, content: Content) {
  return Buffer.from(JSON.stringify([issuer, content]));
}
