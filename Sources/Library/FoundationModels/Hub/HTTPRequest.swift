internal import CHTTP
import Foundation

/// A request to a web server, whose answer comes in parts on the calling thread.
struct HTTPRequest {
    let url: String
    /// Lines `Name: value`.
    var headers: [String] = []
    /// Asks for the headers alone, and follows no redirection.
    var headersOnly = false
    /// The byte from which the body is wanted.
    var offset = 0

    /// The status, and the headers of the last response by their names in small letters.
    struct Response {
        var status: Int
        var headers: [String: String]
    }

    /// What went wrong before there was an answer.
    struct Failure: Error {
        var message: String
    }

    /// What the C functions need to reach: the caller's closure, what it threw, the headers so far.
    fileprivate final class Exchange {
        let body: (_ status: Int, UnsafeRawBufferPointer) throws -> Void
        var error: (any Error)?
        var headers: [String: String] = [:]

        init(_ body: @escaping (_ status: Int, UnsafeRawBufferPointer) throws -> Void) { self.body = body }
    }

    /// Sends the request; `body` gets the parts of an answer of status 200 (the whole) or 206 (from `offset` on).
    ///
    /// Throws `Failure` if no whole answer comes, what `body` throws, and `CancellationError` a few times a second.
    func perform(_ body: @escaping (_ status: Int, UnsafeRawBufferPointer) throws -> Void) throws -> Response
    {
        let exchange = Exchange(body)
        let result = withStrings(headers) { lines in
            url.withCString { url in
                var request = gyrus_http_request()
                request.url = url
                request.headers = lines
                request.head_only = headersOnly ? 1 : 0
                request.offset = Int64(offset)
                request.context = Unmanaged.passUnretained(exchange).toOpaque()
                request.header = { context, line, count in
                    HTTPRequest.exchange(context)?.take(line, count)
                }
                request.body = { context, status, bytes, count in
                    guard let exchange = HTTPRequest.exchange(context) else { return 1 }
                    do {
                        try exchange.body(Int(status), UnsafeRawBufferPointer(start: bytes, count: count))
                        return 0
                    } catch {
                        exchange.error = error
                        return 1
                    }
                }
                request.stop = { _ in Task.isCancelled ? 1 : 0 }
                return withExtendedLifetime(exchange) { gyrus_http_perform(&request) }
            }
        }
        if let error = exchange.error { throw error }
        switch result.outcome {
        case GYRUS_HTTP_DONE: return Response(status: Int(result.status), headers: exchange.headers)
        case GYRUS_HTTP_STOPPED: throw CancellationError()
        case GYRUS_HTTP_MISSING:
            throw Failure(message: "libcurl is not installed (Debian: apt install libcurl4)")
        default:
            throw Failure(
                message: withUnsafeBytes(of: result.message) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
    }

    fileprivate static func exchange(_ context: UnsafeMutableRawPointer?) -> Exchange? {
        context.map { Unmanaged<Exchange>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension HTTPRequest.Exchange {
    /// Takes in a line of a header; those of an earlier response (a redirection) are forgotten.
    fileprivate func take(_ line: UnsafePointer<CChar>?, _ count: Int) {
        guard let line else { return }
        let bytes = UnsafeRawBufferPointer(start: line, count: count)
        let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        if text.hasPrefix("HTTP/") {
            headers = [:]
            return
        }
        guard let colon = text.firstIndex(of: ":") else { return }
        headers[text[..<colon].lowercased()] = text[text.index(after: colon)...].trimmingCharacters(
            in: .whitespaces)
    }
}

/// Calls `body` with C strings that end with a null pointer.
private func withStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
}
