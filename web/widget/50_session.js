// What this tab remembers: the conversation's id and what was said, so that a reload goes on where it was.

const LONGEST_HISTORY = 80;

/**
 * Keep `{conversation, entries}` under `key` in the tab's session storage. An entry is
 * `{role: "user", title, message, event}`, `{role: "adviser", replies, forgotten}` or `{role: "problem", ...}`.
 */
function createSession(key) {
  let kept = load(key);
  const save = () => store(key, kept);
  return {
    get conversation() { return kept.conversation; },
    get entries() { return kept.entries; },
    remember(conversation) { kept.conversation = conversation; save(); },
    add(entry) { kept.entries = [...kept.entries, entry].slice(-LONGEST_HISTORY); save(); },
    drop(entry) { kept.entries = kept.entries.filter((one) => one !== entry); save(); },
    clear() { kept = blank(); save(); },
  };
}

/** A random UUID (version 4): the name of a message, by which the server knows it again when it is sent again. */
function newEvent() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // pages without TLS have no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function blank() {
  return { conversation: null, entries: [] };
}

function load(key) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key));
    return Array.isArray(kept?.entries) ? kept : blank();
  } catch {
    return blank(); // storage is forbidden here, or holds something foreign: begin anew
  }
}

function store(key, kept) {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // Storage is forbidden or full. The chat works on; only a reload would begin anew.
  }
}
