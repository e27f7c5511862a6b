# The article's node, in plain Python: its routes and answers, links and
# proofs, and nothing that it lacks. `python3 tests/nodes/tutorial.py linked`
# keeps the later rule, and a port may follow; the first line that it prints
# is its address.

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

port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
server = ThreadingHTTPServer(('127.0.0.1', port), Handler)
print(f'http://127.0.0.1:{server.server_port}', flush=True)
server.serve_forever()
