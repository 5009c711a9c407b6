// Shapes of the JSON that browser modules read; checked by tsc, never served.

/** 32 bytes and the like. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A private field shown with its salt (64 hex digits). `mask` is the id of the masking rule. */
export interface Field {
  path: string;
  value: string;
  salt: string;
  mask?: string | null;
}

export interface Signer {
  person: string;
  key: string;
  custody: 'browser' | 'server' | 'service';
}

export interface Payload {
  schema: string;
  chain: string;
  kind: string;
  at: string;
  signers: Signer[];
  on_behalf_of?: string;
  fields_root: string;
  exhibits: { media_type: string; sha256: string; chunk_root: string; size: number }[];
  facts: Record<string, unknown>;
}

export interface Envelope {
  payload: string;
  payloadType: string;
  signatures: { keyid: string; sig: string }[];
}

export interface EntryJson {
  chain: string;
  seq: number;
  prev: string;
  record: string;
  received_at: string;
}

export interface RecordProof {
  envelope: string;
  opened: Field[];
  hidden: string[];
  entry: EntryJson;
  leaf: { nonce: string; index: number };
  inclusion: string[];
}

export interface PublicKeyJson {
  id: string;
  public_key: string;
  custody: string;
  registered_leaf: number | null;
  revoked_leaf?: number | null;
}

/** `zhijian/proof/v1` */
export interface Proof {
  format: string;
  record: RecordProof;
  keys: PublicKeyJson[];
  checkpoint: string;
  log_key: string;
}

/** A key of the log that the reader knows; `until`: most leaves of a checkpoint that it signed before it was retired. */
export interface KnownLogKey {
  vkey: string;
  until?: number | null;
}

export type StepName = 'page' | 'fields' | 'signatures' | 'entry' | 'leaf' | 'inclusion' | 'checkpoint';

/** Steps of one record, as a dossier's check runs them. */
export type RecordStep = 'fields' | 'signatures' | 'entry' | 'leaf' | 'inclusion';

export type DossierStep = RecordStep | 'manifest' | 'seal' | 'checkpoint' | 'witness' | 'timestamp' | 'key' | 'chain' | 'exhibit' | 'file' | 'procedure';

/** How one step of a dossier's check ended for one part; the words are zhijian-verify's, but for `unchecked`, which only a page can be. */
export type State = 'good' | 'tampered' | 'irregular' | 'missing' | 'unchecked' | 'noted';

/** A file and its SHA-256. */
export interface FileRef {
  file: string;
  sha256: string;
}

/** `zhijian/dossier/v2` */
export interface Manifest {
  format: string;
  variant: 'whole' | 'party' | 'court' | 'public';
  case: string;
  number: string;
  made_at: string;
  log_key: string;
  keys: PublicKeyJson[];
  key_records: FileRef[];
  records: FileRef[];
  exhibits: (FileRef & { chunk_root: string; size: number; media_type: string; name: string })[];
  withheld: { sha256: string; reason: string }[];
  checkpoint: FileRef;
  policy: FileRef;
  timestamps: (FileRef & { authority: string })[];
  rules: { pack: string; sha256: string; files: FileRef[] };
  readme: FileRef;
}

/** `ok` is null when this browser cannot check the step. `details` are label and value, for experts. */
export interface Verdict {
  step: StepName | DossierStep;
  ok: boolean | null;
  /** For dossiers: why `ok` is null. */
  state?: State;
  title: string;
  sentence: string;
  details: [string, string][];
}

/** A signing key as kept in this browser. */
export interface StoredKey {
  person: string;
  publicKey: Bytes;
  privateKey: CryptoKey;
  createdAt: number;
}

export type Support = { ok: true } | { ok: false; text: string };

/** What one request of an upload came back with; `status` 0 means the network failed. */
export interface Reply {
  status: number;
  header(name: string): string | null;
}

export interface Request {
  method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body?: Blob;
  /** Bytes of the body sent so far. */
  onSent?(bytes: number): void;
  signal: AbortSignal;
}

export type Send = (request: Request) => Promise<Reply>;

/** The little of Storage that uploads need. */
export interface Memory {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
