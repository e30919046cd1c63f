// The site's own engine, with its memory in sight. Served beside the engine, which
// finds its number of threads in its worker's address.

import "/page/memory.mjs";

const loader = new URL(self.location.href).searchParams.get("loader");
await import(new URL(loader, self.location.href));
