// The words of the interface in the reader's language. A new language is a new file in strings/.

const FALLBACK_LANGUAGE = "en";

/**
 * Return `{language, say, date, number}` for a language tag such as "en-GB".
 * A language without a table speaks English, and says so by its `language`.
 */
function createStrings(tag) {
  const primary = primaryLanguage(tag);
  const language = primary in WIDGET_STRINGS ? primary : FALLBACK_LANGUAGE;
  const table = { ...WIDGET_STRINGS[FALLBACK_LANGUAGE], ...WIDGET_STRINGS[language] };
  return {
    language,
    say: (key, values = {}) => table[key].replace(/\{(\w+)\}/g, (_, name) => values[name]),
    date: (iso) => readableDate(iso, regionalTag(language)),
    number: (value) => new Intl.NumberFormat(language).format(value),
  };
}

/** The first part of a language tag: "en-GB" gives "en". */
function primaryLanguage(tag) {
  return String(tag || FALLBACK_LANGUAGE).toLowerCase().split(/[-_]/)[0];
}

/** A date of the form 2026-11-22 (a time may follow) in the reader's way of writing; anything else unchanged. */
function readableDate(iso, tag) {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(iso);
  const date = day ? new Date(`${day[0]}T00:00:00Z`) : new Date(NaN);
  if (Number.isNaN(date.getTime())) return String(iso);
  return new Intl.DateTimeFormat(tag, { dateStyle: "long", timeZone: "UTC" }).format(date);
}

/** The reader's own region where the browser knows one for this language; English without a region is British. */
function regionalTag(language) {
  const own = (navigator.languages ?? []).find((tag) => primaryLanguage(tag) === language && tag.includes("-"));
  return own ?? (language === "en" ? "en-GB" : language);
}

/** Whether an ISO date lies before today. */
function hasPassed(iso) {
  return String(iso).slice(0, 10) < new Date().toISOString().slice(0, 10);
}
