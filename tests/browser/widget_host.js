// The part of a Jupyter front end that anywidget's own front end needs: a model, a view, an AMD define; no requirejs.
// window.toKernel(message) is given by the test, which calls window.fromKernel(message) for messages of the kernel.
const opened = JSON.parse(document.getElementById("opened").textContent);
const bytes = (text) => {
  const all = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return opened.buffers_as === "DataView" ? new DataView(all.buffer) : all;
};
const withBuffers = ({ state, buffer_paths = [] }, buffers) => {
  buffer_paths.forEach((path, i) => {
    const last = path.at(-1);
    path.slice(0, -1).reduce((at, key) => at[key], state)[last] = bytes(buffers[i]);
  });
  return state;
};

class Events {
  listeners = [];
  on(name, callback, context) { this.listeners.push({ name, callback, context }); }
  once(name, callback) { this.on(name, callback); }
  off(name, callback, context) {
    const differs = (given, own) => given !== null && given !== undefined && given !== own;
    this.listeners = this.listeners.filter((one) => differs(name, one.name) || differs(callback, one.callback) || differs(context, one.context));
  }
  trigger(name) { this.listeners.filter((one) => one.name === name).forEach((one) => one.callback.call(one.context, this)); }
}
class DOMWidgetModel extends Events {
  widget_manager = {};
  changed = {};
  constructor(state) {
    super();
    this.attributes = state;
    this.initialize(state, {});
  }
  initialize() {}
  get(key) { return this.attributes[key]; }
  set(key, value) {
    this.changed[key] = this.attributes[key] = value;
    this.trigger(`change:${key}`);
  }
  save_changes() {
    const state = this.serialize(this.changed);
    this.changed = {};
    window.toKernel({ method: "update", state, buffer_paths: [] });
  }
  send() { throw new Error("custom messages are not used"); }
  async _handle_comm_msg({ data, buffers }) {
    if (data.method !== "update") return;
    for (const [key, value] of Object.entries(withBuffers(data, buffers))) {
      this.attributes[key] = value;
      this.trigger(`change:${key}`);
    }
  }
}
class DOMWidgetView extends Events {
  constructor(model) {
    super();
    this.model = model;
    this.el = document.createElement("div");
    this.$el = { empty: () => this.el.replaceChildren() };
  }
}
window.define = (_names, make) => {
  const { AnyModel, AnyView } = make({ DOMWidgetModel, DOMWidgetView });
  const model = new AnyModel(withBuffers(opened.data, opened.buffers)), view = new AnyView(model);
  document.body.append(view.el);
  view.render();
  window.fromKernel = (message) => model._handle_comm_msg(message);
};
