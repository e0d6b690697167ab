// What is inside a bubble, by Infobip's own word for the kind of message.
import { clone, fileAddress, words } from "./api.js";
import { formatted, plain } from "./format.js";

const INTERACTIVE = (message, act) => [
  ...header(message, message.content.header),
  formatted(message.content.body.text),
  ...footnote(message.content.footer?.text),
  ...actions(message, act),
];
const FILE = (message) => [...fileNodes(message), ...caption(message)];

const RENDERERS = {
  text: (message) => [formatted(message.content.text)],
  TEXT: (message) => [formatted(message.content.text)],
  BUTTON: (message) => [formatted(message.content.text)],
  INTERACTIVE_BUTTON_REPLY: (message) => [formatted(message.content.title)],
  INTERACTIVE_LIST_REPLY: (message) => [
    element("p", "headline", message.content.title),
    ...footnote(message.content.description),
  ],
  document: FILE, image: FILE, video: FILE, audio: FILE, sticker: FILE,
  DOCUMENT: FILE, IMAGE: FILE, VIDEO: FILE, AUDIO: FILE, VOICE: FILE, STICKER: FILE,
  location: place, LOCATION: place,
  contact: cards, CONTACT: cards,
  "interactive/buttons": INTERACTIVE,
  "interactive/list": INTERACTIVE,
  "interactive/url-button": INTERACTIVE,
  "interactive/flow": INTERACTIVE,
  "interactive/location-request": INTERACTIVE,
  "interactive/request-contact-info": INTERACTIVE,
  template: templateNodes,
  UNSUPPORTED: () => [element("p", "odd", words.unsupported)],
  INFECTED_CONTENT: () => [element("p", "odd", words.infected)],
};

const SUMMARIES = {
  document: words.document, image: words.photo, video: words.video, audio: words.voice,
  sticker: words.sticker, location: words.place, contact: words.contact,
  DOCUMENT: words.document, IMAGE: words.photo, VIDEO: words.video, AUDIO: words.voice,
  VOICE: words.voice, STICKER: words.sticker, LOCATION: words.place, CONTACT: words.contact,
  UNSUPPORTED: words.unsupported, INFECTED_CONTENT: words.infected,
};

export function contentNodes(message, act) {
  try {
    return (RENDERERS[message.kind] ?? odd)(message, act);
  } catch {
    // a replayed body may lack anything: it is still a bubble
    return odd(message);
  }
}

export function summary(message) {
  const content = message.content;
  const text = content.text ?? content.caption ?? content.title ?? content.body?.text ?? message.template?.body;
  return plain(text || SUMMARIES[message.kind] || message.kind);
}

export function hasActions(message) {
  return ["interactive/buttons", "interactive/list", "interactive/url-button"].includes(message.kind)
    || Boolean(templateReplies(message).length);
}

function odd(message) {
  return [element("p", "odd", message.kind)];
}

function header(message, head) {
  if (!head) return [];
  return head.type === "TEXT" ? [element("p", "headline", head.text)] : fileNodes(message);
}

function footnote(text) {
  return text ? [element("p", "footnote", text)] : [];
}

function caption(message) {
  // a document's caption is its file name when a person sends it
  const text = message.content.caption;
  return text && text !== message.file?.name ? [formatted(text)] : [];
}

function actions(message, act) {
  const action = message.content.action;
  const box = element("div", "actions");
  if (message.kind === "interactive/buttons") {
    box.append(...action.buttons.map((button) => tapButton(button.title, () => act.tap(message, button.id))));
  } else if (message.kind === "interactive/list") {
    box.append(tapButton(action.title, () => act.openList(message), "list"));
  } else if (message.kind === "interactive/url-button") {
    const link = element("a", "", action.displayText);
    Object.assign(link, { href: action.url, target: "_blank", rel: "noopener" });
    link.prepend(icon("link"));
    box.append(link);
  } else {
    return message.kind === "interactive/flow" ? footnote(words.flow) : [];
  }
  return [box];
}

function templateNodes(message, act) {
  const { templateName, language, templateData } = message.content;
  const values = templateData.body.placeholders;
  const known = message.template;
  const fill = (text) => text.replace(/\{\{(\d+)\}\}/g, (mark, number) => values[number - 1] ?? mark);
  const unknown = [`*${words.template} ${templateName}* (${language})`, ...values].join("\n");
  const head = templateData.header;
  const box = element("div", "actions");
  box.append(...templateReplies(message).map(([title, payload]) => tapButton(title, () => act.tap(message, payload))));
  return [
    ...(head && head.type !== "TEXT" ? fileNodes(message) : []),
    ...(known?.header ? [element("p", "headline", fill(known.header))] : []),
    formatted(known ? fill(known.body) : unknown),
    ...footnote(known?.footer),
    ...(box.childElementCount ? [box] : []),
  ];
}

function templateReplies(message) {
  const sent = (message.content.templateData?.buttons ?? []).filter((button) => button.type === "QUICK_REPLY");
  const payloads = sent.map((button) => button.parameter);
  const titles = message.template?.buttons ?? [];
  // a button that was sent nothing to bring back brings back its own title
  return Array.from({ length: Math.max(titles.length, payloads.length) }, (_, index) => [
    titles[index] ?? payloads[index],
    payloads[index] ?? titles[index],
  ]);
}

function fileNodes(message) {
  const { file, kind } = message;
  if (!file) return [clone("missing-file-template")];
  if (file.content_type.startsWith("image/")) {
    const link = clone("image-template");
    link.href = fileAddress(file);
    link.firstElementChild.src = fileAddress(file);
    const isSticker = kind.toLowerCase() === "sticker";
    link.firstElementChild.alt = isSticker ? words.sticker : message.content.caption || words.photo;
    return [link];
  }
  if (file.content_type.startsWith("audio/") || file.content_type.startsWith("video/")) {
    const player = file.content_type.startsWith("audio/") ? clone("audio-template") : element("video");
    player.controls = true;
    player.src = fileAddress(file);
    return [player];
  }
  const box = clone("document-template");
  const [link, save] = box.children;
  link.href = save.href = fileAddress(file);
  save.download = file.name;
  const extension = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4) : "?";
  link.querySelector(".file-icon").textContent = extension.toUpperCase();
  link.querySelector("b").textContent = file.name;
  link.querySelector("small").textContent = `${size(file.size_bytes)} · ${extension}`;
  return [box];
}

function place(message) {
  const { latitude, longitude, name, address } = message.content;
  const box = clone("place-template");
  box.querySelector("b").textContent = name || words.place;
  box.querySelector("small").textContent = address || `${latitude}, ${longitude}`;
  return [box];
}

function cards(message) {
  return message.content.contacts.map((contact) => {
    const box = clone("card-template");
    const name = contact.name?.formattedName ?? words.contact;
    box.querySelector(".avatar").textContent = name[0];
    box.querySelector("b").textContent = name;
    box.querySelector("small").textContent = contact.phones?.[0]?.phone ?? "";
    return box;
  });
}

function tapButton(title, onTap, iconName = "reply") {
  const button = element("button", "", title);
  button.type = "button";
  button.addEventListener("click", onTap);
  button.prepend(icon(iconName));
  return button;
}

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
