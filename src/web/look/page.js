// @ts-check
// Small comforts every page has: the error summary takes the focus, printing, copying the address.
// Nothing depends on them.

/**
 * Makes an element; text is always set as text.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * A notice like the macro's.
 * @param {'' | 'ok' | 'warn' | 'danger'} kind
 * @param {string} title
 * @param {string} text
 * @returns {HTMLElement}
 */
export const notice = (kind, title, text) =>
  element('div', { class: `notice ${kind}` }, element('strong', {}, title), element('span', {}, text));

/**
 * A definition list of label and value.
 * @param {[string, string][]} rows
 * @returns {HTMLElement}
 */
export function facts(rows) {
  const list = element('dl', { class: 'facts' });
  for (const [label, value] of rows) list.append(element('div', {}, element('dt', {}, label), element('dd', { class: 'exact' }, value)));
  return list;
}

/**
 * The token against cross-site requests, empty when nobody is signed in.
 * @returns {string}
 */
export function csrfToken() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  return meta instanceof HTMLMetaElement ? meta.content : '';
}

function start() {
  const faults = document.querySelector('[data-faults]');
  if (faults instanceof HTMLElement) faults.focus();

  for (const button of document.querySelectorAll('button[data-print]')) {
    button.removeAttribute('hidden');
    button.addEventListener('click', () => window.print());
  }
  for (const button of document.querySelectorAll('button[data-copy]')) {
    if (!navigator.clipboard) continue;
    button.removeAttribute('hidden');
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(button.getAttribute('data-copy') || location.href);
        button.textContent = '已复制';
      } catch {
        button.textContent = '未能复制，请手动复制地址';
      }
    });
  }
}

if (typeof document !== 'undefined') start();
