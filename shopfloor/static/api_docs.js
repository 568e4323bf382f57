/*
 * Shows the description of the API. Every address stays on this server: no validator, no remote fonts.
 */
addEventListener("load", () => {
  const main = document.getElementById("main");
  window.SwaggerUIBundle({
    url: main.dataset.description,
    domNode: main,
    deepLinking: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
  });
});
