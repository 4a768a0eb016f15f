/// `input_request`: asks the front end's user for a line.
struct InputRequest: Encodable {
    let prompt: String
    let password: Bool
}

/// `input_reply`.
struct InputReply: Decodable {
    let value: String
}
