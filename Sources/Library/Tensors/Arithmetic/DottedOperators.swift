precedencegroup ExponentiationPrecedence {
    higherThan: MultiplicationPrecedence
    associativity: right
}

infix operator .+ : AdditionPrecedence
infix operator .- : AdditionPrecedence
infix operator .* : MultiplicationPrecedence
infix operator ./ : MultiplicationPrecedence
infix operator .+= : AssignmentPrecedence
infix operator .-= : AssignmentPrecedence
infix operator .*= : AssignmentPrecedence
infix operator ./= : AssignmentPrecedence
infix operator ** : ExponentiationPrecedence
infix operator • : MultiplicationPrecedence

extension Elementwise {
    /// The sum, element by element.
    public static func .+ (left: consuming Self, right: consuming Self) -> Self {
        _combined(.add, left, right)
    }
    /// Each element and `right` added.
    public static func .+ (left: consuming Self, right: Element) -> Self {
        left._combined(.add, with: right)
    }
    /// `left` and each element added.
    public static func .+ (left: Element, right: consuming Self) -> Self {
        right._combined(.add, after: left)
    }

    /// The difference, element by element.
    public static func .- (left: consuming Self, right: consuming Self) -> Self {
        _combined(.subtract, left, right)
    }
    /// Each element less `right`.
    public static func .- (left: consuming Self, right: Element) -> Self {
        left._combined(.subtract, with: right)
    }
    /// `left` less each element.
    public static func .- (left: Element, right: consuming Self) -> Self {
        right._combined(.subtract, after: left)
    }

    /// The product, element by element.
    public static func .* (left: consuming Self, right: consuming Self) -> Self {
        _combined(.multiply, left, right)
    }
    /// Each element times `right`.
    public static func .* (left: consuming Self, right: Element) -> Self {
        left._combined(.multiply, with: right)
    }
    /// `left` times each element.
    public static func .* (left: Element, right: consuming Self) -> Self {
        right._combined(.multiply, after: left)
    }

    /// The quotient, element by element.
    public static func ./ (left: consuming Self, right: consuming Self) -> Self {
        _combined(.divide, left, right)
    }
    /// Each element divided by `right`.
    public static func ./ (left: consuming Self, right: Element) -> Self {
        left._combined(.divide, with: right)
    }
    /// `left` divided by each element.
    public static func ./ (left: Element, right: consuming Self) -> Self {
        right._combined(.divide, after: left)
    }

    /// Adds element by element.
    public static func .+= (left: inout Self, right: consuming Self) { left = (left .+ right) }
    /// Adds a number to each element.
    public static func .+= (left: inout Self, right: Element) { left = (left .+ right) }
    /// Subtracts element by element.
    public static func .-= (left: inout Self, right: consuming Self) { left = (left .- right) }
    /// Subtracts a number from each element.
    public static func .-= (left: inout Self, right: Element) { left = (left .- right) }
    /// Multiplies element by element.
    public static func .*= (left: inout Self, right: consuming Self) { left = (left .* right) }
    /// Multiplies each element by a number.
    public static func .*= (left: inout Self, right: Element) { left = (left .* right) }
    /// Divides element by element.
    public static func ./= (left: inout Self, right: consuming Self) { left = (left ./ right) }
    /// Divides each element by a number.
    public static func ./= (left: inout Self, right: Element) { left = (left ./ right) }
}
