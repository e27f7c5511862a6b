//JAVA 17+

// # Beyond the tutorial: what can't be done
//
// Each failure becomes a sentence for the client, and a status that tells
// its program what to do. Only here does a Refusal get its status.

import io.javalin.http.ContentType;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.*;
import java.util.*;
import java.util.concurrent.*;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

final class Failures {

    static void reply(Throwable e, Context ctx) {
        if (e instanceof CompletionException) e = e.getCause();
        int status = 500;
        var sentence = "This node has a fault: " + e;
        if (e instanceof Refusal refusal) {
            status = status(refusal.kind);
            sentence = refusal.getMessage();
        } else if (e instanceof RejectedExecutionException) {
            status = 503; // what ran in the background has ended
            sentence = "This node stops.";
        } else if (e instanceof HttpResponseException http) {
            status = http.getStatus();
            sentence = http.getMessage();
        } else if (e instanceof IOException || e instanceof HttpException) {
            status = 400;
            sentence = "The request did not come whole. Send it again.";
        }
        if (ctx.res().isCommitted()) cut(ctx, sentence);
        else ctx.status(status).contentType(ContentType.APPLICATION_JSON)
            .result(CanonicalJson.of(Map.of("error", sentence)) + "\n");
    }

    // The status tells the client what to do: 400, send something else; 429,
    // come back later; 507, the node has no room for it.
    private static int status(Refusal.Kind kind) {
        return switch (kind) {
            case WRONG -> 400;
            case FORBIDDEN -> 403;
            case MISSING -> 404;
            case BUSY -> 429;
            case STOPPING -> 503;
            case FULL -> 507;
        };
    }

    // The client has got the status 200 already. So the connection is broken
    // off, and the client sees that the answer is not whole.
    private static void cut(Context ctx, String sentence) {
        try {
            ctx.res().getOutputStream().print(CanonicalJson.of(
                Map.of("error", sentence)));
            ctx.res().flushBuffer();
        } catch (IOException e) {
            // the client is gone
        }
        ServletContextRequest.getServletContextRequest(ctx.req())
            .getServletChannel().abort(new IOException(sentence));
    }

    /** Above all, when the memory has run out. */
    static void replyToError(HttpServletResponse response, Error e) {
        if (response.isCommitted()) throw e; // Jetty breaks it off
        response.setStatus(507);
        response.setContentType("application/json");
        try {
            response.getOutputStream().print(CanonicalJson.of(Map.of("error",
                "This node has no memory for it now. Come back later."))
                + "\n");
        } catch (IOException gone) {
            // the client is
        }
    }

    // Bytes that are not HTTP reach no route, but get a sentence, too.
    static boolean notHttp(Request request, Response response,
                           Callback done) {
        response.getHeaders().put("Content-Type", "application/json");
        Content.Sink.write(response, true, CanonicalJson.of(Map.of("error",
            "This is not HTTP as it should be: " + request.getAttribute(
                ErrorHandler.ERROR_MESSAGE) + ". Try GET /.")) + "\n", done);
        return true;
    }
}
