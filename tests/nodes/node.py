# A node of the tutorial in plain Python, standard library only. The check
# holds it green in every row: `python3 tests/nodes/node.py 5000 linked 4`.

import hashlib
import json
import sys
import threading
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PORT, RULE, ZEROS = sys.argv[1:] + ['5000', 'classic', '4'][len(sys.argv) - 1:]
MOST_BYTES = 64_000_000

chain, pending, nodes = [], [], set()
turn = threading.Lock()  # whoever changes one of the three has it


class Refused(Exception):
    """Answered by a 400: the client erred."""


# What is hashed

def canonical(value):
    return json.dumps(value, sort_keys=True)


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def block_hash(block):
    return sha256(canonical(block))


def valid_proof(last, proof):
    tail = block_hash(last) if RULE == 'linked' else ''
    return sha256(f"{last['proof']}{proof}{tail}").startswith('0' * int(ZEROS))


def valid_chain(blocks):
    return all(block['previous_hash'] == block_hash(last)
               and type(block['proof']) is int
               and valid_proof(last, block['proof'])
               for last, block in zip(blocks, blocks[1:]))


# What the routes do

def new_block(proof, previous_hash, transactions):
    block = {'index': len(chain) + 1, 'timestamp': time.time(),
             'transactions': transactions, 'proof': proof,
             'previous_hash': previous_hash}
    chain.append(block)
    pending.clear()
    return block


def mine(body):
    while True:
        last, proof = chain[-1], 0
        while not valid_proof(last, proof):
            proof += 1
        with turn:
            if chain[-1] is not last:
                continue  # another was faster: its block is the last now
            reward = {'sender': '0', 'recipient': 'python', 'amount': 1}
            block = new_block(proof, block_hash(last), pending + [reward])
        return 200, {'message': 'New Block Forged', **block}


def new_transaction(body):
    names = ('sender', 'recipient', 'amount')
    if not all(name in body for name in names):
        raise Refused('Missing values')
    sender, recipient, amount = (body[name] for name in names)
    if not all(isinstance(text, str) and text for text in (sender, recipient)):
        raise Refused('sender and recipient are texts, and not empty')
    if sender == '0':
        raise Refused('"0" only pays rewards')
    if type(amount) not in (int, float) or not 0 < amount < float('inf'):
        raise Refused('amount is a number above 0')
    with turn:
        pending.append({name: body[name] for name in names})
        index = len(chain) + 1
    return 201, {'message': f'Transaction will be added to Block {index}'}


def full_chain(body):
    blocks = chain[:]
    return 200, {'chain': blocks, 'length': len(blocks)}


def register(body):
    urls = body.get('nodes')
    if not isinstance(urls, list) \
            or not all(isinstance(url, str) for url in urls):
        raise Refused('Error: Please supply a valid list of nodes')
    with turn:
        for url in urls:
            nodes.add(urlsplit(url if '//' in url else '//' + url).netloc)
        return 201, {'message': 'New nodes have been added',
                     'total_nodes': sorted(nodes)}


def chain_of(node):
    """A neighbour's chain if it is valid; else, or if it is late, none."""
    try:
        with urllib.request.urlopen(f'http://{node}/chain', timeout=10) as http:
            blocks = json.loads(http.read(MOST_BYTES))['chain']
        return blocks if valid_chain(blocks) else []
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return []


def resolve(body):
    with ThreadPoolExecutor(max_workers=32) as asking:
        longest = max(asking.map(chain_of, list(nodes)), key=len, default=[])
    with turn:
        if len(longest) <= len(chain):
            return 200, {'message': 'Our chain is authoritative',
                         'chain': chain[:]}
        keep_waiting(longest)
        chain[:] = longest
        return 200, {'message': 'Our chain was replaced', 'new_chain': longest}


def keep_waiting(longest):
    """What ours held or was to hold, and the new chain does not, waits."""
    held = [tx for block in chain for tx in block['transactions']] + pending
    done = Counter(canonical(tx) for block in longest
                   for tx in block['transactions'])
    pending.clear()
    for tx in held:
        text = canonical(tx)
        done[text] -= 1
        if done[text] < 0 and tx.get('sender') != '0':
            pending.append(tx)


# HTTP

ROUTES = {('GET', '/chain'): full_chain, ('GET', '/mine'): mine,
          ('POST', '/transactions/new'): new_transaction,
          ('POST', '/nodes/register'): register,
          ('GET', '/nodes/resolve'): resolve}


class Handler(BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        route = ROUTES.get((self.command, self.path))
        try:
            status, answer = (route(self.object(body)) if route
                              else (404, {'error': 'There is no such page'}))
        except Refused as why:
            status, answer = 400, {'error': str(why)}
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(text)))
        self.send_header('Access-Control-Allow-Origin', '*')
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = answer

    def object(self, body):
        if self.command == 'GET':
            return {}
        try:
            value = json.loads(body)
        except ValueError:
            raise Refused('The body is no JSON') from None
        if not isinstance(value, dict):
            raise Refused('The body is no JSON object')
        return value

    def log_message(self, *any):
        pass


if __name__ == '__main__':
    new_block(100, 1, [])
    server = ThreadingHTTPServer(('127.0.0.1', int(PORT)), Handler)
    print(f'http://127.0.0.1:{server.server_port}', flush=True)
    server.serve_forever()
