// socket.io with its Redis adapter. Arguments: port, Redis URL.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, redisUrl] = process.argv.slice(2);

const publisher = createClient({ url: redisUrl });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer(answer);
const io = new Server(http, { adapter: createAdapter(publisher, subscriber), transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.join(socket.handshake.query.session);
  socket.emit("ready");
});
http.listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });

function answer(request, response) {
  if (request.url !== "/chat") {
    response.writeHead(200).end();
    return;
  }
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const { session_name: session, message } = JSON.parse(Buffer.concat(parts).toString());
    const event = {
      type: "manual_message",
      payload: { role: "user", content: message },
      timestamp: Date.now() / 1000,
      session_name: session,
    };
    io.to(session).emit("event", event);
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ message: event }));
  });
}
