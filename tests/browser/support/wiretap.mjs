/**
 * Everything that a page has been sent by a server, streams included: a stream's body never ends, so it is read while
 * it comes.
 */
export class Wiretap {
  /** @type {Buffer[]} */
  #pieces = [];

  /** @param {import('playwright-core').Page} page */
  static async on(page) {
    const tap = new Wiretap();
    const devtools = await page.context().newCDPSession(page);
    /** @param {string} base64 */
    const take = (base64) => tap.#pieces.push(Buffer.from(base64, 'base64'));
    devtools.on('Network.responseReceived', ({ requestId }) => {
      devtools.send('Network.streamResourceContent', { requestId }).then(
        ({ bufferedData }) => take(bufferedData),
        // It has ended already, and so can be had as a whole.
        () =>
          devtools.send('Network.getResponseBody', { requestId }).then(
            ({ body, base64Encoded }) => take(base64Encoded ? body : Buffer.from(body).toString('base64')),
            () => undefined,
          ),
      );
    });
    devtools.on('Network.dataReceived', ({ data }) => {
      if (data !== undefined) take(data);
    });
    await devtools.send('Network.enable');
    return tap;
  }

  get text() {
    return Buffer.concat(this.#pieces).toString('utf8');
  }
}
