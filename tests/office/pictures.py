"""JavaScript that makes a picture in the browser, for tests that attach one."""

# Makes a picture of its own with `size` bytes: programs append data to pictures, too.
MAKE = """
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 40;
    canvas.getContext('2d').fillText(String(Math.random()), 1, 20);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg'));
    const noise = new Uint8Array(Math.max(0, size - blob.size));
    for (let at = 0; at < noise.length; at += 65536) crypto.getRandomValues(noise.subarray(at, at + 65536));
    const file = new File([blob, noise], name, { type: 'image/jpeg' });
"""
