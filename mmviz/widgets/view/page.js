// The standalone host: a model without a kernel, and the data that lie in the page itself.
// The selection stands in the page's address, so that a reload, a bookmark or a copied link shows the same.
function pageModel(state) {
  const heard = {};
  let timer = 0;
  return {
    get: (key) => state[key],
    set(key, value) {
      state[key] = value;
      (heard[`change:${key}`] ?? []).forEach((listener) => listener());
    },
    save_changes() {
      clearTimeout(timer);
      timer = setTimeout(() => $address.keep(state.selection), 300);
    },
    on: (event, listener) => (heard[event] ??= []).push(listener),
    off: (event, listener) => (heard[event] = (heard[event] ?? []).filter((other) => other !== listener)),
  };
}

const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const place = document.getElementById("mmviz-view");
try {
  const { texts, buffers, ...state } = JSON.parse(document.getElementById("mmviz-study").textContent);
  state.data = { ...texts };
  for (const [key, text] of Object.entries(buffers)) state.data[key] = bytesOf(text);
  if (state.answer) state.answer.body = state.data.answer;
  state.opened = state.selection;
  state.selection = { ...state.selection, ...$address.kept() };
  place.textContent = "";
  await $view.render({ model: pageModel(state), el: place });
} catch (error) {
  place.textContent = `This page could not be drawn: ${error}. If this browser is older than 2024, use a newer one.`;
  throw error;
}
