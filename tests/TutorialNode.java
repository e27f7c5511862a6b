//JAVA 17+

// A node of the tutorial, played by Python: it has the tutorial's routes and
// answers, checks links and proofs, and knows of nothing else.

import java.io.*;
import java.util.*;

final class TutorialNode implements AutoCloseable {
    private static final String PROGRAM = """
        import hashlib, json, sys, time, urllib.request
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        LINKED = sys.argv[1] == 'linked'

        def sha(text): return hashlib.sha256(text.encode()).hexdigest()

        def seal(block): return sha(json.dumps(block, sort_keys=True))

        def valid_proof(last, proof):
            tail = seal(last) if LINKED else ''
            return sha(f"{last['proof']}{proof}{tail}")[:4] == '0000'

        def valid_chain(chain):
            return all(block['previous_hash'] == seal(last)
                       and valid_proof(last, block['proof'])
                       for last, block in zip(chain, chain[1:]))

        def new_block(proof, previous_hash):
            chain.append({'index': len(chain) + 1, 'timestamp': time.time(),
                          'transactions': waiting[:], 'proof': proof,
                          'previous_hash': previous_hash})
            waiting.clear()
            return chain[-1]

        chain, waiting, nodes = [], [], set()
        new_block(100, '1' if LINKED else 1)

        def mine(body):
            proof = 0
            while not valid_proof(chain[-1], proof): proof += 1
            waiting.append({'sender': '0', 'recipient': 'python', 'amount': 1})
            return 200, dict(new_block(proof, seal(chain[-1])),
                             message='New Block Forged')

        def new_transaction(body):
            waiting.append({name: body[name] for name in
                            ('sender', 'recipient', 'amount')})
            return 201, {'message': 'Transaction will be added to Block '
                                    f'{len(chain) + 1}'}

        def full_chain(body):
            return 200, {'chain': chain, 'length': len(chain)}

        def register(body):
            nodes.update(node.split('//')[1] for node in body['nodes'])
            return 201, {'message': 'New nodes have been added',
                         'total_nodes': list(nodes)}

        def resolve(body):
            replaced = False
            for node in nodes:
                with urllib.request.urlopen(f'http://{node}/chain') as answer:
                    theirs = json.load(answer)
                if theirs['length'] > len(chain) and valid_chain(theirs['chain']):
                    chain[:], replaced = theirs['chain'], True
            if replaced:
                return 200, {'message': 'Our chain was replaced', 'new_chain': chain}
            return 200, {'message': 'Our chain is authoritative', 'chain': chain}

        ROUTES = {'/mine': mine, '/transactions/new': new_transaction,
                  '/chain': full_chain, '/nodes/register': register,
                  '/nodes/resolve': resolve}

        class Handler(BaseHTTPRequestHandler):
            def answer(self):
                length = int(self.headers.get('Content-Length') or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                route = ROUTES.get(self.path)
                status, answer = route(body) if route else (404, '<h1>Not Found')
                text = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', len(text))
                self.send_header('Connection', 'close')
                self.end_headers()
                self.wfile.write(text)
            do_GET = do_POST = answer
            def log_message(self, *any): pass

        server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        print(server.server_port, flush=True)
        server.serve_forever()
        """;

    private final Process process;
    private final String url;

    /** @param rule classic, as the article has it, or linked, the later one */
    TutorialNode(String rule) throws IOException {
        process = new ProcessBuilder("python3", "-c", PROGRAM, rule)
            .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        url = "http://127.0.0.1:" + process.inputReader().readLine();
    }

    /** Is this program here? */
    static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    String url() {
        return url;
    }

    void mine() throws Exception {
        if (Client.get(url + "/mine").status() != 200)
            throw new IOException("it does not mine");
    }

    Client.Answer post(String transaction) throws Exception {
        return Client.post(url + "/transactions/new", transaction);
    }

    void register(String node) throws Exception {
        Client.post(url + "/nodes/register", "{\"nodes\": [\"" + node + "\"]}");
    }

    String resolve() throws Exception {
        return Client.get(url + "/nodes/resolve").text();
    }

    public void close() {
        process.destroy();
    }
}
