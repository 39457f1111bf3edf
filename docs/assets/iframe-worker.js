// Browsers start no worker from a file on disk. There, the search runs in a hidden frame instead.
if (window.location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.appendChild(frame);
      this.inner = frame.contentWindow;
      this.inner.postMessage = this.inner.postMessage.bind(this.inner);
      window.addEventListener("message", (event) => {
        if (event.source !== this.inner) return;
        const copy = new MessageEvent("message", { data: event.data });
        this.dispatchEvent(copy);
        if (this.onmessage) this.onmessage(copy);
      });
      const page = this.inner.document;
      page.open();
      page.write(
        "<script>var toSelf = window.postMessage.bind(window);" +
          "window.postMessage = function (data) { parent.postMessage(data, '*'); };" +
          "function importScripts() { for (const each of arguments) document.write(" +
          "'<script src=\"' + each + '\"></' + 'script>'); }</" + "script>" +
          '<script src="' + url + '"></' + "script>"
      );
      page.close();
    }
    postMessage(data) {
      this.inner.dispatchEvent(new MessageEvent("message", { data: data, source: window }));
    }
    terminate() {}
  };
}
