// What the server tells a page that is open: numbers change in their places,
// and a line says what is there that the page does not show. Every page works
// without this file: the link beside the line asks again.
(() => {
  'use strict';
  const box = document.querySelector('[data-live]');
  if (!box || !window.EventSource) return;
  const note = box.querySelector('a');
  let source = null;

  const show = (event) => {
    const now = JSON.parse(event.data);
    Object.entries(now.values || {}).forEach(([place, text]) => {
      const at = document.querySelector('[data-value="' + place + '"]');
      if (!at) return;
      if (at.tagName === 'PROGRESS') at.value = Number(text);
      else if (at.textContent !== text) at.textContent = text;
    });
    if (note.textContent === now.say) return;
    const told = note.textContent !== '';
    // Who listens is told once that there is something; later numbers are
    // there to be read and interrupt nobody.
    box.setAttribute('aria-live', told && now.say !== '' ? 'off' : 'polite');
    note.textContent = now.say;
    note.hidden = now.say === '';
  };

  const close = () => {
    if (source) source.close();
    source = null;
  };

  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource(box.dataset.live);
    source.addEventListener('message', show);
    source.addEventListener('end', close); // the session is over: nothing more to be had
  };

  // A page that nobody sees needs no news; browsers have few connections.
  document.addEventListener('visibilitychange', () => { if (document.hidden) close(); else open(); });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', open);
})();
