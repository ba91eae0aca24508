// What this tab remembers: the conversation's id and what was said, so that a reload goes on where it was.

const LONGEST_HISTORY = 80;

/**
 * Keep `{conversation, entries}` under `key` in the tab's session storage. An entry is
 * `{role: "user", title, message}`, `{role: "adviser", replies, forgotten}` or `{role: "problem", ...}`.
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
