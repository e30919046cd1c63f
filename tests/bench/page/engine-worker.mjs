// The site's own engine; its memory can be asked for.

import "./memory.mjs";

const loader = new URL(self.location.href).searchParams.get("loader");
// The number of threads is in this worker's address, too: an engine may read either.
await import(`/site/${loader}${self.location.search}`);
