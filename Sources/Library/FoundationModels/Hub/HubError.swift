/// Why a model could not be downloaded from the Hugging Face hub: the address, what happened, and what to do.
public struct HubError: Error, CustomStringConvertible, Sendable {
    /// The address that was asked.
    public let url: String
    /// What happened.
    public let problem: String
    /// What can be done about it.
    public let advice: String
    /// Whether there was no answer at all.
    let isUnreachable: Bool

    public var description: String { "\(url): \(problem). \(advice)" }

    /// An answer whose status is not a success.
    init(_ url: String, status: Int, repository: String, hasToken: Bool) {
        self.url = url
        isUnreachable = false
        switch status {
        case 401, 403:
            problem = "the hub refuses access (status \(status))"
            advice =
                hasToken
                ? "The token of HF_TOKEN may not read \(repository), or its conditions must be accepted on its page."
                : "Either there is no model \(repository), or it is private or has conditions: then set HF_TOKEN."
        case 404:
            problem = "the hub has nothing there (status 404)"
            advice = "Check the owner, the name and the revision of \(repository)."
        case 429:
            problem = "the hub has had too many requests (status 429)"
            advice = "Wait some minutes, or set HF_TOKEN."
        default:
            problem = "the hub answers with the status \(status)"
            advice = "Try again later, or set HF_ENDPOINT to a mirror."
        }
    }

    init(_ url: String, unreachable message: String) {
        self.url = url
        isUnreachable = true
        problem = "the hub was not reached (\(message))"
        advice =
            "Check the connection, or set HF_ENDPOINT to a mirror; what was downloaded is kept, and the next try goes on from there."
    }

    init(_ url: String, _ problem: String, advice: String) {
        self.url = url
        isUnreachable = false
        self.problem = problem
        self.advice = advice
    }
}
