//! Nothing outside of the bodies changes: `workers! { struct A {} }`.
fn  odd( ){}
fluid::workers!{
    struct A {
        a: B,
    }
}
mod inner {
        ::fluid::workers! {
            struct A {
                a: B {
                    x: {
                        one();
                        two()
                    },
                },
            }

            a => b with |x| {
                one(x);
                two(x)
            };
        }
    fn  function() { workers! {
        struct A {
            a: B,
        }
    } let  x = 1; }
}
macro_rules! group { ($name:ident) => { workers! { struct $name{a:B} } } }
const TEXT: &str = "workers! { struct A{a:B} }";
// workers! { struct A{a:B} }
/// workers! { struct A{a:B} }
workers!(struct A { a:B });
workers! { struct A { a:B } a b; }
workers! { }
workers! { A { a:B } }
fn  last( ){}
