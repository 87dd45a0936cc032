// The standalone host: a model without a kernel, and the data that lie in the page itself.
function pageModel(state) {
  const heard = {};
  return {
    get: (key) => state[key],
    set(key, value) {
      state[key] = value;
      (heard[`change:${key}`] ?? []).forEach((listener) => listener());
    },
    save_changes() {},
    on: (event, listener) => (heard[event] ??= []).push(listener),
    off: (event, listener) => (heard[event] = (heard[event] ?? []).filter((other) => other !== listener)),
  };
}

async function unzip(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new DataView(await new Response(stream).arrayBuffer());
}

const place = document.getElementById("mmviz-view");
try {
  const { meta, buffers, ...state } = JSON.parse(document.getElementById("mmviz-study").textContent);
  state.data = { meta };
  for (const [key, text] of Object.entries(buffers)) state.data[key] = await unzip(text);
  place.textContent = "";
  render({ model: pageModel(state), el: place });
} catch (error) {
  place.textContent = `This page could not be drawn: ${error}. If this browser is older than 2024, use a newer one.`;
  throw error;
}
