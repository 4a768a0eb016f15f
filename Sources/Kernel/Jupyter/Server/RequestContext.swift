import Foundation
import JSON

/// What a kernel needs besides the request itself to serve it.
public struct RequestContext: Sendable {
    /// Publishes under this request; may be kept and used after the request ended.
    public private(set) var iopub: IOPub
    /// Asks this request's front end for input.
    public let input: Input
    /// The count that an `execute_request` runs under (`In[3]`).
    public let executionCount: Int
    /// The request's metadata.
    public let metadata: JSON
    /// The subshell that serves the request; nothing for the main shell.
    public let subshellID: String?
    /// Of a comm message: the comms for which further messages wait after it.
    public let waitingComms: Set<String>

    /// The id of the request's message.
    public var messageID: String { input.request.header.messageID }

    /// The same request with its output kept and not published.
    public func capturing(_ capture: OutputCapture) -> RequestContext {
        var context = self
        context.iopub.capture = capture
        return context
    }

    /// The id of the notebook cell that is run, if the front end tells it.
    public var cellID: String? { metadata["cellId"]?.string }
}

extension RequestContext {
    /// A request of the kernel's own process: `publisher` takes its output, and there is nobody to ask for input.
    ///
    /// - Parameters:
    ///   - publisher: takes what is published.
    ///   - executionCount: the count of the code that is run.
    ///   - metadata: the request's metadata (`cellId`).
    public init(publisher: any Publisher, executionCount: Int, metadata: JSON = [:]) {
        let header = Header(type: "execute_request", session: "", username: "")
        let headerData = (try? Wire.encode(header)) ?? Wire.emptyObject
        let request = Message(
            identities: [], header: header, headerData: headerData, parentHeaderData: Wire.emptyObject,
            metadataData: Wire.emptyObject, contentData: Wire.emptyObject, buffers: [])
        self.init(
            iopub: IOPub(
                channel: publisher, parent: headerData, executionCount: executionCount, isSilent: false),
            input: Input(channel: nil, request: request, isAllowed: false), executionCount: executionCount,
            metadata: metadata, subshellID: nil, waitingComms: [])
    }
}

/// Asks the front end of one request for input.
public struct Input: Sendable {
    /// Where the front end is asked; nil if there is none.
    let channel: StdinChannel?
    let request: Message
    let isAllowed: Bool

    /// Asks for a line (hidden while it is typed if it is a password) and waits for it; throws `InputError`.
    public func request(prompt: String, password: Bool = false) throws -> String {
        guard isAllowed, let channel else { throw InputError.notAllowed }
        return try channel.request(InputRequest(prompt: prompt, password: password), for: request)
    }

    /// Ends a wait for input of this request, as an interrupt does.
    public func cancel() {
        channel?.cancel(request)
    }
}
