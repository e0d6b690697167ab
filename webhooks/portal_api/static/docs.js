"use strict";

const place = document.getElementById("documentation");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapi,
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null, // would send the document to a server elsewhere
});
