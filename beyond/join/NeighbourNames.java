//JAVA 17+

// # Beyond the tutorial: neighbours by their names
//
// The page shows each neighbour by its id, whom mining pays there.

import java.util.*;
import java.util.concurrent.*;

final class NeighbourNames {
    private final Neighbours neighbours;
    private final Call call;
    private final Errands errands;
    private final Map<String, String> names = new ConcurrentHashMap<>();

    NeighbourNames(Neighbours neighbours, Call call, Errands errands) {
        this.neighbours = neighbours;
        this.call = call;
        this.errands = errands;
    }

    /** As far as they have said it; the others are asked, each one once. */
    Map<String, String> all() {
        var addresses = neighbours.addresses();
        names.keySet().retainAll(addresses);
        for (var address : addresses) if (!names.containsKey(address))
            errands.begin("name " + address, () -> {
                var its = call.json(address, "/nodes");
                names.put(address, its.get("id") instanceof String id
                    && id.length() < 100 ? id : "");
                return true;
            });
        return names;
    }
}
