/*
 * Has a TLS connection that is silent hold no buffer of a record (SSL_MODE_RELEASE_BUFFERS, SSL_CTX_set_mode(3)): OpenSSL keeps one for each direction
 * otherwise, some 34 KB a viewer. Neither SslStream nor openssl.cnf (SSL_CONF_cmd(3)) has a word for it, so it is said where the framework's shim makes
 * a context: the linker puts this function in place of SSL_CTX_new there (--wrap, ld(1)).
 */
#include <openssl/ssl.h>

SSL_CTX *__real_SSL_CTX_new(const SSL_METHOD *method);

SSL_CTX *__wrap_SSL_CTX_new(const SSL_METHOD *method)
{
    SSL_CTX *context = __real_SSL_CTX_new(method);
    if (context != NULL)
    {
        SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    }

    return context;
}
