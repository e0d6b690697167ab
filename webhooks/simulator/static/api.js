// Calls to the simulator. Every write carries the header that other sites cannot send.
const root = document.body.dataset.root;
// times are shown as at the site, wherever the browser is
export const timeZone = document.body.dataset.zone;
export const words = document.getElementById("words").dataset;

export class Refused extends Error {}

export async function get(path) {
  const response = await fetch(root + path);
  if (!response.ok) throw new Refused(`${response.status}`);
  return response.json();
}

export async function post(path, body = {}) {
  return write("POST", path, JSON.stringify(body), { "Content-Type": "application/json" });
}

export async function postFile(path, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  return write("POST", path, form, {});
}

export async function remove(path) {
  return write("DELETE", path, null, {});
}

export function fileAddress(file) {
  return `${root}/files/${file.id}/${encodeURIComponent(file.name)}`;
}

export function clone(templateId) {
  return document.getElementById(templateId).content.firstElementChild.cloneNode(true);
}

async function write(method, path, body, headers) {
  const response = await fetch(root + path, { method, body, headers: { ...headers, "X-Simulator": "1" } });
  if (!response.ok) throw new Refused(`${response.status}`);
  return response.status === 204 ? null : response.json();
}
