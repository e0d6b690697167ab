// WhatsApp's own marks in a text: *bold* _italic_ ~strike~ `code` ```mono```. Builds nodes, never HTML.
const MARKS = [
  [/```([\s\S]+?)```/, "code"],
  [/`([^`\n]+)`/, "code"],
  [/(?<![\p{L}\p{N}*])\*(?!\s)([^*\n]*[^*\s])\*(?![\p{L}\p{N}*])/u, "strong"],
  [/(?<![\p{L}\p{N}_])_(?!\s)([^_\n]*[^_\s])_(?![\p{L}\p{N}_])/u, "em"],
  [/(?<![\p{L}\p{N}~])~(?!\s)([^~\n]*[^~\s])~(?![\p{L}\p{N}~])/u, "s"],
];
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/;

export function formatted(text) {
  const paragraph = document.createElement("p");
  paragraph.className = "text";
  paragraph.append(...nodes(text));
  return paragraph;
}

export function plain(text) {
  return text.replace(/```|[*_~`]/g, "");
}

function nodes(text) {
  const first = firstMark(text);
  if (!first) return text ? [text] : [];
  const { match, tag } = first;
  const element = document.createElement(tag);
  if (tag === "a") {
    element.textContent = element.href = match[0];
    element.target = "_blank";
    element.rel = "noopener";
  } else {
    element.append(...(tag === "code" ? [match[1]] : nodes(match[1])));
  }
  const after = text.slice(match.index + match[0].length);
  return [...nodes(text.slice(0, match.index)), element, ...nodes(after)];
}

function firstMark(text) {
  let best = null;
  for (const [pattern, tag] of [...MARKS, [LINK, "a"]]) {
    const match = pattern.exec(text);
    if (match && (!best || match.index < best.match.index)) best = { match, tag };
  }
  return best;
}
